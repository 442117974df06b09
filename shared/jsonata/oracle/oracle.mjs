// Checks every case of a corpus against the reference implementation.
//   npm ci --prefix oracle && node oracle/oracle.mjs testdata/corpus
// Prints what differs and exits 1, or the number of cases that agree.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readInputs, readTopic, topics } from "./corpus.mjs";
import { outcome } from "./reference.mjs";

const dir = process.argv[2];
if (!dir) {
  console.error("usage: node oracle.mjs DIR");
  process.exit(2);
}
const inputs = readInputs(dir);

// expected is what the corpus says that the reference yields. A position is
// compared where the case has one.
function expected(k, got) {
  const x = k.reference ?? k;
  if (x.code === undefined) return x.result === undefined ? {} : { result: x.result };
  const position = "position" in x ? x.position : got.position;
  return position === undefined ? { code: x.code } : { code: x.code, position };
}

let passed = 0;
let failed = 0;
for (const k of topics(dir).flatMap((f) => readTopic(join(dir, f)))) {
  if (k.reference === null) continue; // not in the reference at all
  const input = k.input ? structuredClone(inputs[k.input]) : undefined;
  const got = await outcome(k.expr, input, k.vars);
  if (isDeepStrictEqual(got, expected(k, got))) {
    passed++;
    continue;
  }
  failed++;
  console.error(`${k.topic}: ${k.expr}\n  reference ${JSON.stringify(got)}\n  corpus    ${JSON.stringify(expected(k, got))}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
