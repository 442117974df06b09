"""Walks the operations of walk.json with boto3 or with the AWS CLI.

    client.py boto3|cli ENDPOINT WALK

It prints what each step answered as a JSON list: the answer, or the code of
the error. Judging is left to the Go test that compares the clients.
"""

import json
import os
import re
import subprocess
import sys
import time

REGION = "us-east-1"


class Boto3:
    def __init__(self, endpoint):
        import boto3
        import botocore.config
        import botocore.exceptions

        self.errors = botocore.exceptions.ClientError
        config = botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=True)
        self.client = boto3.client("stepfunctions", endpoint_url=endpoint, region_name=REGION, config=config)

    def call(self, op, params):
        method = getattr(self.client, re.sub(r"(?<!^)(?=[A-Z])", "_", op).lower())
        try:
            answer = method(**params)
        except self.errors as e:
            return None, e.response["Error"]["Code"]
        answer.pop("ResponseMetadata", None)
        return json.loads(json.dumps(answer, default=str)), None


class CLI:
    def __init__(self, endpoint):
        self.endpoint = endpoint

    def call(self, op, params):
        command = re.sub(r"(?<!^)(?=[A-Z])", "-", op).lower()
        paged = ["--no-paginate"] if op.startswith("List") or op == "GetExecutionHistory" else []
        done = subprocess.run(
            ["aws", "stepfunctions", command, "--endpoint-url", self.endpoint, "--region", REGION, "--output", "json",
             "--cli-input-json", json.dumps(params), *paged], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return json.loads(done.stdout or "{}"), None
        code = re.search(r"\((\w+)\) when calling", done.stderr)
        if not code:
            sys.exit(f"aws {command}: {done.stderr}")
        return None, code.group(1)


def fill(value, saved):
    """Puts what earlier answers gave in the place of ${name}."""
    text = json.dumps(value)
    for name, found in saved.items():
        text = text.replace("${" + name + "}", found)
    return json.loads(text)


def flat(answer):
    """The answer as text in which JSON inside texts reads like JSON."""
    return json.dumps(answer, separators=(",", ":")).replace("\\", "")


def walk(client, steps):
    saved, out = {}, []
    for step in steps:
        params = fill(step["in"], saved)
        deadline = time.monotonic() + 30
        while True:
            answer, error = client.call(step["op"], params)
            if "until" not in step or re.search(step["until"], flat(answer)) or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for name, pattern in step.get("save", {}).items():
            found = re.search(pattern, flat(answer))
            saved[name] = found.group(1) if found else ""
        out.append({"op": step["op"], "error": error} if error else {"op": step["op"], "answer": answer})
    return out


if __name__ == "__main__":
    _, kind, endpoint, path = sys.argv
    os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_PAGER="", AWS_CONFIG_FILE=os.devnull,
                      AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_DISABLE_HOST_PREFIX_INJECTION="true")
    with open(path, encoding="utf-8") as f:
        json.dump(walk({"boto3": Boto3, "cli": CLI}[kind](endpoint), json.load(f)), sys.stdout)
