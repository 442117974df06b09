// Runs the work of the engine's benchmark of six states on the npm package
// aws-local-stepfunctions: an interpreter in memory, without history, in
// JSONPath (it has no JSONata), whose functions are calls within the process.
import { StateMachine } from 'aws-local-stepfunctions';

// The package wants it; Node has it from 22 on.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const runs = 2000;
const flight = 64;
const states = 6;
const resource = 'arn:aws:lambda:us-east-1:000000000000:function:f';

const task = (step, next) => ({
  Type: 'Task',
  Resource: resource,
  Parameters: { 'order.$': '$.order', 'key.$': `States.Format('{}-${step}', $.order)`, 'n.$': 'States.MathAdd($.n, 1)' },
  Next: next,
});

const machine = new StateMachine({
  StartAt: 'A',
  States: {
    A: { Type: 'Pass', Parameters: { 'order.$': '$.order', n: 0 }, Next: 'B' },
    B: task('b', 'C'),
    C: task('c', 'D'),
    D: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 1, Next: 'E' }], Default: 'F' },
    E: task('e', 'F'),
    F: { Type: 'Succeed' },
  },
});

const options = { overrides: { taskResourceLocalHandlers: { B: async (p) => p, C: async (p) => p, E: async (p) => p } } };

const start = async (i) => {
  const output = await machine.run({ order: `ord_${i}` }, options).result;
  if (output.n !== 3) throw new Error(`the output is ${JSON.stringify(output)}`);
};

const load = async (n) => {
  let next = 0;
  const worker = async () => {
    while (next < n) await start(next++);
  };
  await Promise.all(Array.from({ length: flight }, worker));
};

await load(200); // warm
const begin = performance.now();
const before = process.cpuUsage();
await load(runs);
const seconds = (performance.now() - begin) / 1000;
const used = process.cpuUsage(before);
const transitions = runs * states;
console.log(
  `aws-local-stepfunctions, in memory: ${Math.round(transitions / seconds)} transitions/s, ` +
    `${Math.round(((used.user + used.system) * 1000) / transitions)} cpu-ns/transition`,
);
