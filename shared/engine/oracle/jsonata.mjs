// Evaluates expressions with the reference implementation of JSONata: a JSON
// string a line in, {"result":…}, {} or {"code":…,"error":…} a line out.
import { createHash, randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import jsonata from "../../jsonata/oracle/node_modules/jsonata/jsonata.js";

process.env.TZ = "UTC"; // timestamps without a zone are in UTC

const fail = (code, message) => {
  throw Object.assign(new Error(message), { code });
};

const isFunction = (v) => typeof v === "function" || v?._jsonata_lambda || v?._jsonata_function;

// What Step Functions adds to the language.
const additions = {
  partition(list, size) {
    if (!(size > 0)) fail("D3141", "the size of a part is not positive");
    const parts = [];
    for (let i = 0; i < list.length; i += size) parts.push(list.slice(i, i + size));
    return parts;
  },
  range(first, last, step) {
    if (step === 0) fail("D3142", "the step is 0");
    const out = [];
    for (let x = first; step > 0 ? x <= last : x >= last; x += step) out.push(x);
    return out;
  },
  hash(text, algorithm) {
    return createHash(algorithm.toLowerCase().replace("-", "")).update(text).digest("hex");
  },
  parse: (text) => JSON.parse(text),
  uuid: () => randomUUID(),
};

async function evaluate(text) {
  try {
    const expression = jsonata(text);
    for (const [name, f] of Object.entries(additions)) expression.registerFunction(name, f);
    const value = await expression.evaluate(undefined);
    if (isFunction(value)) fail("FUNCTION", "the result is a function");
    return value === undefined ? {} : { result: value };
  } catch (e) {
    return { code: e.code ?? "UNKNOWN", error: e.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await evaluate(JSON.parse(line))));
}
