// Checks every case of a corpus against the reference implementation.
//   npm ci --prefix oracle && node oracle/oracle.mjs testdata/corpus.json
// Prints what differs and exits 1, or the number of cases that agree.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import jsonata from "jsonata";

process.env.TZ = "UTC"; // timestamps without a zone are in UTC
const file = process.argv[2];
if (!file) {
  console.error("usage: node oracle.mjs corpus.json");
  process.exit(2);
}
const corpus = JSON.parse(readFileSync(file, "utf8"));

const isFunction = (v) => typeof v === "function" || v?._jsonata_lambda || v?._jsonata_function;

// outcome is {result}, {code} or {} like an expectation of the corpus.
async function outcome(expr, input, vars) {
  try {
    const value = await jsonata(expr).evaluate(input, vars);
    if (isFunction(value)) return { code: "X0003" }; // which this package refuses as a result
    const text = JSON.stringify(value);
    return text === undefined ? {} : { result: JSON.parse(text) };
  } catch (e) {
    return { code: e.code ?? `no code: ${e.message}` };
  }
}

const expected = (k) => {
  const x = k.reference ?? k;
  if (x.code !== undefined) return { code: x.code };
  return x.result === undefined ? {} : { result: x.result };
};

let passed = 0;
let failed = 0;
for (const k of corpus.cases) {
  if (k.reference === null) continue; // not in the reference at all
  const input = k.input ? structuredClone(corpus.inputs[k.input]) : undefined;
  const got = await outcome(k.expr, input, k.vars);
  if (isDeepStrictEqual(got, expected(k))) {
    passed++;
    continue;
  }
  failed++;
  console.error(`${k.expr}\n  reference ${JSON.stringify(got)}\n  corpus    ${JSON.stringify(expected(k))}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
