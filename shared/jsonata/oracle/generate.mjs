// Writes a corpus of generated expressions with what the reference makes of
// them, for the test that reads JSONATA_CORPUS.
//   node oracle/generate.mjs SEED COUNT testdata/corpus.json > generated.json
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import jsonata from "jsonata";

process.env.TZ = "UTC";
let state = Number(process.argv[2] ?? 1) >>> 0;
const count = Number(process.argv[3] ?? 1000);
const inputs = JSON.parse(readFileSync(process.argv[4], "utf8")).inputs;

// A small generator, so that a seed always gives the same expressions.
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];

const names = ["id", "lines", "qty", "kind", "tax", "rate", "dims", "customer", "a", "b", "c", "m", "one", "oneobj", "k", "n", "s", "mix", "skills", "age", "team", "name", "missing"];
const literals = ["0", "1", "2", "-1", "1.5", '"a"', '"x,y"', '""', "true", "false", "null", "[]", "{}", "[1,2]", "[[1]]", "missing"];
const oneArg = ["$string", "$number", "$boolean", "$not", "$exists", "$count", "$sum", "$max", "$type", "$keys", "$reverse", "$distinct", "$sort", "$length", "$uppercase", "$trim", "$abs", "$floor", "$round", "$spread", "$merge", "$join", "$average"];
const twoArg = ["$append", "$lookup", "$substring", "$contains", "$split", "$join", "$zip", "$power", "$round", "$substringBefore", "$pad"];
const operators = ["+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"];

function expression(depth) {
  if (depth <= 0) return pick([() => pick(literals), () => pick(names), () => "$", () => "$$", () => "$v"])();
  const e = () => expression(depth - 1 - random(2));
  return pick([
    () => `${pick(names)}.${pick(names)}`,
    () => `${e()}.${pick(names)}`,
    () => `${pick(names)}.(${e()})`,
    () => `(${e()}).(${e()})`,
    () => `${pick(names)}[${e()}]`,
    () => `(${e()})[${e()}]`,
    () => `${e()}[${pick(["0", "1", "-1", "[0,1]", "true", ""])}]`,
    () => `(${e()} ${pick(operators)} ${e()})`,
    () => `${e()} ${pick(operators)} ${e()}`,
    () => `[${e()}, ${e()}]`,
    () => `[${e()}]`,
    () => `[${random(4)}..${random(6)}]`,
    () => `{"p": ${e()}, "q": ${e()}}`,
    () => `{"p": ${e()}}.p`,
    () => `${e()}{"g": ${e()}}`,
    () => `${e()}{"g" & $string(${pick(names)}): ${e()}}`,
    () => `${pick(names)}^(${pick(["", "<", ">"])}${e()})`,
    () => `(${e()} ? ${e()} : ${e()})`,
    () => `($v := ${e()}; ${e()})`,
    () => `${pick(oneArg)}(${e()})`,
    () => `${pick(twoArg)}(${e()}, ${e()})`,
    () => `${e()}.${pick(oneArg)}()`,
    () => `${e()} ~> ${pick(oneArg)}`,
    () => `$map(${e()}, function($v){${e()}})`,
    () => `$filter(${e()}, function($v, $i){${e()}})`,
    () => `$reduce(${e()}, function($v, $w){${e()}})`,
    () => `$sift(${e()}, function($v){${e()}})`,
    () => `$each(${e()}, function($v, $k){${e()}})`,
    () => `${e()}.*`,
    () => `**.${pick(names)}`,
    () => `-${e()}`,
    () => `${e()}.[${e()}]`,
    () => `${e()}[].${pick(names)}`,
    () => `$$.${pick(names)}`,
  ])();
}

const cases = [];
while (cases.length < count) {
  const expr = expression(3);
  const input = pick(Object.keys(inputs));
  const k = { expr, input };
  try {
    const data = structuredClone(inputs[input]);
    const value = await jsonata(expr).evaluate(data);
    if (!isDeepStrictEqual(data, inputs[input])) continue; // a grouping of [] changes its input
    const text = JSON.stringify(value);
    if (text !== undefined) k.result = JSON.parse(text);
  } catch (e) {
    if (e.code === undefined) continue; // the reference itself stumbled
    k.code = e.code;
  }
  cases.push(k);
}
console.log(JSON.stringify({ inputs, cases }));
