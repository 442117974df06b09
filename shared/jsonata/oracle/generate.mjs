// Writes a corpus of generated expressions with what the reference makes of
// them, for the test that reads JSONATA_CORPUS.
//   node oracle/generate.mjs SEED COUNT testdata/corpus > generated.json
import { isDeepStrictEqual } from "node:util";
import jsonata from "jsonata";
import { readInputs } from "./corpus.mjs";
import { hideFlags } from "./reference.mjs";

hideFlags();
let state = Number(process.argv[2] ?? 1) >>> 0;
const count = Number(process.argv[3] ?? 1000);
const inputs = readInputs(process.argv[4]);

// A small generator, so that a seed always gives the same expressions.
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];

// holdsContext reports whether the context, whole, can be a part of the value.
function holdsContext(ast) {
  if (ast === null || typeof ast !== "object") return false;
  if (ast.type === "variable" && ["", "$", "v", "i"].includes(ast.value)) return true;
  return Object.values(ast).some((v) => (ast.type !== "path" || ast.steps.length === 1) && holdsContext(v));
}

function holdsVariable(ast) {
  if (ast === null || typeof ast !== "object") return false;
  if (ast.type === "variable" && ast.value !== "") return true;
  return Object.entries(ast).some(([name, v]) => name !== "procedure" && holdsVariable(v));
}

// isThunk reports whether a tail call can be the value, still to be made.
function isThunk(ast) {
  if (ast === undefined) return false;
  if (ast.type === "block") return isThunk(ast.expressions.at(-1));
  return ast.thunk || (ast.type === "condition" && (isThunk(ast.then) || isThunk(ast.else)));
}

// atFault finds what the reference gets wrong in a path whose steps carry
// variables or parents: after an order-by they are lost to filters, groupings
// and positions, and a grouping loses its context after the first key. Behind
// the filter of a block it shows them to the outside.
function atFault(ast) {
  if (ast === null || typeof ast !== "object") return false;
  if (ast.type === "path") {
    const first = ast.steps.findIndex((s) => s.tuple);
    const sorts = ast.steps.filter((s, i) => s.type === "sort" && first >= 0 && i >= first);
    if (first >= 0 && ast.group && (sorts.length > 0 || ast.group.lhs.length > 1)) return true;
    if (sorts.some((s) => s.stages || s.index) || (sorts.length > 0 && ast.tuple)) return true;
  }
  // An item that a filter selects several times gets the position of the last.
  if (ast.stages?.some((s, i) => s.type === "index" && ast.stages.slice(0, i).some((f) => f.expr && !["binary", "number"].includes(f.expr.type)))) return true;
  if (ast.type === "block" && ast.tuple && (ast.group || ast.predicate)) return true;
  // What follows a tail call is forgotten or sees its thunk.
  if ((ast.predicate || ast.group) && isThunk(ast)) return true;
  if (ast.thunk && ast.body.group) return true;
  // What a transform puts into an object must not be the object itself: the
  // reference makes a circle of it. It also takes a function for an object.
  // And it changes what a variable holds, not only the copy.
  if (ast.type === "transform" && (holdsContext(ast.update) || holdsVariable(ast.pattern))) return true;
  if (ast.type === "path" && ast.steps.some((s) => s.type === "transform")) return true;
  return Object.entries(ast).some(([name, v]) => name !== "ancestor" && name !== "slot" && name !== "seekingParent" && atFault(v));
}

// fields are the names in an input, in any depth; the expressions for an input
// mostly use these, so that they find something.
function fields(v, found = new Set()) {
  if (v !== null && typeof v === "object") {
    for (const [k, e] of Object.entries(v)) {
      if (!Array.isArray(v)) found.add(/^[a-z]\w*$/i.test(k) && !["and", "or", "in"].includes(k) ? k : `\`${k}\``);
      fields(e, found);
    }
  }
  return found;
}
const namesOf = Object.fromEntries(Object.entries(inputs).map(([name, v]) => [name, [...fields(v), "a", "missing"]]));
let names;
const literals = ["0", "1", "2", "-1", "1.5", '"a"', '"x,y"', '""', "true", "false", "null", "[]", "{}", "[1,2]", "[[1]]", "missing"];
const oneArg = ["$string", "$number", "$boolean", "$not", "$exists", "$count", "$sum", "$max", "$type", "$keys", "$reverse", "$distinct", "$sort", "$length", "$uppercase", "$trim", "$abs", "$floor", "$round", "$spread", "$merge", "$join", "$average"];
const methods = oneArg.filter((f) => f !== "$spread"); // which takes a built-in function for an object
const twoArg = ["$append", "$lookup", "$substring", "$contains", "$split", "$join", "$zip", "$power", "$round", "$substringBefore", "$pad"];
const operators = ["+", "-", "*", "/", "%", "&", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"];

const leaves = [() => pick(literals), () => pick(names), () => pick(names), () => "$", () => "$$", () => "$v", () => "$i"];

function expression(depth) {
  if (depth <= 0) return pick([...leaves, ...leaves, ...leaves, () => "%", () => `%.${pick(names)}`])();
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
    () => `${e()}.${pick(methods)}()`,
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
    () => `${pick(names)}@$v.${pick(names)}`,
    () => `${pick(names)}@$v.(${e()})`,
    () => `${e()}@$v${pick(["", "#$i"])}.(${e()})`,
    () => `${pick(names)}@$v[${e()}]`,
    () => `${pick(names)}@$v#$i{"k" & $string($v): ${e()}}`,
    () => `${pick(names)}.${pick(names)}@$v.${pick(names)}@$w[$v = $w].[$v, $w]`,
    () => `${pick(names)}@$v^(${pick(["", ">"])}$v).(${e()})`,
    () => `${e()}#$i.(${e()})`,
    () => `${pick(names)}#$i[$i ${pick(["=", "<", "!="])} ${random(3)}]`,
    () => `${pick(names)}[${e()}]#$i.[$i, ${e()}]`,
    () => `${pick(names)}^(${e()})#$i.[$i, ${e()}]`,
    () => `${pick(names)}.${pick(names)}.%.${pick(names)}`,
    () => `${pick(names)}.${pick(names)}.%.%`,
    () => `${pick(names)}.(%.${pick(names)})`,
    () => `${pick(names)}.${pick(names)}.(${e()})`,
    () => `(${pick(names)}.${pick(names)}).(${e()})`,
    () => `${pick(names)}[%.${pick(names)} ${pick(operators)} ${e()}]`,
    () => `${pick(names)}.${pick(names)}^(%.${pick(names)}).{"p": %.${pick(names)}}`,
    () => `${pick(names)}.*.%.(${e()})`,
    () => `$ ~> |${e()}|{"z": ${e()}}|`,
    () => `${e()} ~> |${pick(names)}|{"z": ${e()}, "id": $.id}, ${pick(['"a"', '["b", "qty"]', "k", "missing", "names"])}|`,
    () => `$$ ~> |**[${pick(names)}]|{"${pick(names)}": $string(${e()})}|`,
    () => `(${e()} ~> |$|{"z": ${e()}}|).z`,
  ])();
}

// maxSteps bounds one evaluation; what takes more is left out.
const maxSteps = 20000;

const cases = [];
while (cases.length < count) {
  const input = pick(Object.keys(inputs));
  names = namesOf[input];
  const expr = expression(3);
  const k = { expr, input };
  try {
    const data = structuredClone(inputs[input]);
    const compiled = jsonata(expr);
    if (atFault(compiled.ast())) continue;
    let steps = 0;
    compiled.assign(Symbol.for("jsonata.__evaluate_entry"), () => {
      if (++steps > maxSteps) throw new Error("too many steps");
    });
    const value = await compiled.evaluate(data);
    if (!isDeepStrictEqual(data, inputs[input])) continue; // a grouping of [] changes its input
    const text = JSON.stringify(value);
    if (expr.includes("~> |") && text?.includes("[null]")) continue; // an update of [] changes it
    if (text !== undefined) k.result = JSON.parse(text);
  } catch (e) {
    if (e.code === undefined) continue; // the reference itself stumbled
    k.code = e.code;
  }
  cases.push(k);
}
console.log(JSON.stringify({ inputs, cases }));
