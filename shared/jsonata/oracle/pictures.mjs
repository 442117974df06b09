// Writes a corpus of generated pictures and values of $formatNumber,
// $formatInteger, $parseInteger, $fromMillis and $toMillis with what the
// reference makes of them, for the test that reads JSONATA_CORPUS.
//   node oracle/pictures.mjs SEED COUNT > generated.json
import { outcome } from "./reference.mjs";

let state = Number(process.argv[2] ?? 1) >>> 0;
const count = Number(process.argv[3] ?? 1000);

// A small generator, so that a seed always gives the same pictures.
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const pick = (list) => list[random(list.length)];
const some = (most, item) => Array.from({ length: random(most + 1) }, item).join("");
const maybe = (text) => (random(3) ? "" : text);
const quote = (s) => JSON.stringify(s);

const digitFamilies = ["0", "٠", "۰", "०", "０", "᠐"];
const numbers = [0, 1, 5, 9, 10, 11, 12, 13, 21, 42, 99, 100, 101, 110, 111, 123, 999, 1000, 1001, 1234, 12345, 1000000, 1234567, 999999999999, 1e15, 123456789012345680, 0.5, 1.5, 2.5, 0.125, 0.1, 0.05, 0.001, 12.345, 1234.5678, 99.995, 1e-7, 3.14159265358979];

function anyNumber() {
  const x = random(2) ? pick(numbers) : Number((random(1e6) / 10 ** random(7)).toPrecision(12));
  return random(4) ? x : -x;
}

function places(optionalFirst) {
  const list = [some(3, () => "#"), some(4, () => "0")];
  if (!optionalFirst) list.reverse();
  const digits = list.join("");
  if (random(3)) return digits;
  const at = random(digits.length + 1);
  return digits.slice(0, at) + pick([",", ",", ".", "-"]) + digits.slice(at);
}

function subPicture() {
  const grouped = maybe(pick(["#,##", "#,", "##,##,", ",", "#,##0,"]));
  const body = `${grouped}${places(true)}${random(2) ? "." + places(false) : ""}${maybe(pick(["e0", "e00", "e", "e#"]))}`;
  return maybe(pick(["$", "€ ", "(", "-", "total ", "e"])) + body + maybe(pick(["%", "‰", ")", " EUR", "e", "%%"]));
}

function formatNumber() {
  const picture = subPicture() + maybe(";" + subPicture()) + (random(20) ? "" : ";0");
  const options = pick([null, null, null, null, { "decimal-separator": ",", "grouping-separator": "." }, { "zero-digit": pick(digitFamilies) }, { "minus-sign": "−", percent: "pct" }, { "exponent-separator": "E" }, { digit: "_" }, { "pattern-separator": "|" }, { "per-mille": "m", NaN: "-" }]);
  let x = anyNumber();
  if (/e|E/.test(picture)) x = Math.abs(x) || 1; // the reference never ends for others
  return `$formatNumber(${x}, ${quote(picture)}${options ? ", " + JSON.stringify(options) : ""})`;
}

function integerPicture() {
  return pick([
    () => pick(["a", "A", "i", "I", "w", "W", "Ww"]),
    () => places(true).replaceAll("#", () => pick(["#", "#", "0"])),
    () => places(true).replaceAll("0", pick(digitFamilies)),
    () => pick(["#,##0", "#,##,##0", "0,000,000", "#.##0", "###,0", "0-0", "0,0,00", "1", "01", "9999", "Z", "", "#", "α", "٠0", "A1", "ww"]),
  ])() + pick(["", "", "", ";o", ";c", ";o(-en)", ";"]);
}

const formatInteger = () => `$formatInteger(${anyNumber()}, ${quote(integerPicture())})`;

// roundTrip reads what the same picture wrote, or another text.
function parseInteger() {
  const picture = quote(integerPicture());
  const other = quote(pick(["1", "12th", "1,234", "xiv", "MMXXIV", "aa", "one hundred and five", "Twenty-First", "minus one", "1.5", " 7", "0x1f", "two million, three hundred", ""]));
  return `$parseInteger(${random(3) ? `$formatInteger(${Math.floor(Math.abs(anyNumber()))}, ${picture})` : other}, ${picture})`;
}

const components = "YMDdFWwXxHhPmsfZzCE";
const presentations = ["", "", "", "1", "01", "0001", "001", "1o", "01t", "I", "i", "a", "A", "w", "W", "Ww", "wo", "Wwo", "N", "n", "Nn", "01:01", "0101", "00", "01:01t", "9,999", "#1", "##01"];

function marker() {
  const width = maybe(pick([",2", ",*-3", ",3-3", ",2-2", ",4-4", ",1-2", ",4", ",*", ",6-6"]));
  const letter = random(30) ? pick(components) : "q";
  return `[${letter}${pick(presentations)}${width}]`;
}

const datePictures = ["[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]", "[D1o] [MNn] [Y]", "[FNn], [D1] [MNn,*-3] [Y0001]", "[M01]/[D01]/[Y0001] at [H01]:[m01]:[s01]", "[X0001]-W[W01]-[F1]", "[Y]-[d001]", "[h]:[m01] [PN]", "[H01]:[m01]", "[Y0001][M01][D01]", "[Dwo] day of [MNn], [YI]", "[Y##01]-[M#1]", "[[[Y]]]]", "[D01].[M01].[Y,2-2]", "[Y0001]-[M01]-[D01] [Z]", "[Y0001]-[M01]-[D01] [z]", "[xNn] week [w]", "[Y] [Ww]", "[H01]:[s01]", "[Y]-[D]", "[YWw]", "[DW]-[Mi]-[YI]", "[Y"];

const datePicture = () => (random(2) ? pick(datePictures) : Array.from({ length: 1 + random(4) }, () => marker() + pick(["", "-", " ", ":", "T", "/"])).join(""));

const millis = () => pick([0, 1521801216617, 1709209800005, 1735689599999, 1104537600000, 951782400000, -1, -62135596800000, 253402300799999, random(2 ** 31) * 1000 + random(1000), -random(2 ** 31) * 1000]);
const zone = () => (random(3) ? "" : `, "${pick(["+0000", "+0100", "-0500", "+0530", "-0330", "0000", "+1300", "-1200", "+01:00", "0"])}"`);

const fromMillis = () => `$fromMillis(${millis()}, ${quote(datePicture())}${zone()})`;

function toMillis() {
  const picture = quote(datePicture());
  const other = quote(pick(["2018-03-27", "27.3.18", "12:30", "3:05 pm", "12:00 AM", "March", "2018-086", "21st March 2018", "2018-03-27 +05:30", "", "x", "5", "2018"]));
  return `$toMillis(${random(4) ? `$fromMillis(${millis()}, ${picture}${zone()})` : other}, ${picture})`;
}

const cases = [];
while (cases.length < count) {
  const expr = pick([formatNumber, formatInteger, parseInteger, fromMillis, toMillis])();
  const got = await outcome(expr);
  // What is left out is listed in README.md: the reference fails without a
  // code, yields NaN, writes "undefined" or reads letters beyond exact numbers.
  if (Math.abs(got.result) > Number.MAX_SAFE_INTEGER || got.code?.startsWith("no code") || got.result === null || /undefined|NaN/.test(got.result)) continue;
  delete got.position;
  cases.push({ expr, ...got });
}
console.log(JSON.stringify({ inputs: {}, cases, exact: true }));
