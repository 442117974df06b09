// Reads the written corpus: a folder with inputs.json and one file of cases per
// topic.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

export const readInputs = (dir) => JSON.parse(readFileSync(join(dir, "inputs.json"), "utf8"));

export const topics = (dir) =>
  readdirSync(dir).filter((f) => f.endsWith(".json") && f !== "inputs.json").sort();

export const readTopic = (file) =>
  JSON.parse(readFileSync(file, "utf8")).map((k) => ({ ...k, topic: basename(file, ".json") }));
