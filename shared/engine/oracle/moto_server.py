"""moto's Step Functions, with what its interpreter lacks to run whole machines.

    moto_server.py PORT

JSONata is evaluated by the reference implementation under Node (jsonata.mjs),
and Lambda functions are the few that oracle_test.go has too: without Docker
moto has none of its own.
"""

import copy
import json
import os
import subprocess
import sys
import threading
import time

os.environ["MOTO_PORT"] = sys.argv[1]  # moto's own clients find the server by it

from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions import models
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.component.intrinsic import jsonata as additions
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import StateTaskServiceSfn
from moto.stepfunctions.parser.asl.eval import states, variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata, validations
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

here = os.path.dirname(os.path.abspath(__file__))


class Node:
    """The reference, asked one line of JSON at a time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            ["node", os.path.join(here, "jsonata.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def evaluate(self, expression):
        with self.lock:
            self.process.stdin.write(json.dumps(expression) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the evaluator of JSONata has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise jsonata.JSONataException(answer["code"], answer["error"])
        return answer.get("result")


def declare(bindings):
    """Variables as the beginning of an expression; moto's own does not escape strings."""
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())


def use_reference():
    node = Node()
    for module in (jsonata, string_expression, validations):
        module.eval_jsonata_expression = node.evaluate
    for module in (jsonata, states, variable_store):
        module.encode_jsonata_variable_declarations = declare
    # The additions of Step Functions are in jsonata.mjs.
    additions._DECLARATION_BY_VARIABLE_REFERENCE.clear()
    evaluate = string_expression.StringJSONata._eval_body

    def evaluate_or_fail(self, env):
        try:
            evaluate(self, env)
        except jsonata.JSONataException as e:
            raise query_evaluation_error(env, self.expression, e) from e

    string_expression.StringJSONata._eval_body = evaluate_or_fail


def query_evaluation_error(env, expression, e):
    """What moto itself raises when an expression returns nothing."""
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    cause = f"The JSONata expression '{expression}' threw an error: {e.error}: {e.details}"
    details = {"evaluationFailedEventDetails": EvaluationFailedEventDetails(cause=cause, error=name.error_name)}
    failure = FailureEventException(FailureEvent(env, name, HistoryEventType.EvaluationFailed, details))
    decorated = {"evaluationFailedEventDetails": failure.get_evaluation_failed_event_details()}
    env.event_manager.add_event(
        context=env.event_history_context, event_type=HistoryEventType.EvaluationFailed, event_details=decorated
    )
    return failure


class Failure(Exception):
    def __init__(self, error, cause):
        self.error, self.cause = error, cause


calls = {}  # of flaky, by key
calls_lock = threading.Lock()


def echo(payload):
    return payload


def fail(payload):
    raise Failure(payload.get("error", "Boom"), payload.get("cause", ""))


def slow(payload):
    time.sleep(payload["seconds"])
    return "late"


def flaky(payload):
    """Fails as often as it is told, then returns the number of the call."""
    with calls_lock:
        n = calls[payload["key"]] = calls.get(payload["key"], 0) + 1
    errors = payload["errors"]
    if n <= len(errors):
        raise Failure(errors[n - 1], f"call {n}")
    return {"calls": n}


def answer(payload):
    """Answers the token that it is given, a moment later."""
    backend = stepfunctions_parser_backends["123456789012"]["us-east-1"]

    def send():
        if "error" in payload:
            backend.send_task_failure(payload["token"], error=payload["error"], cause=payload.get("cause", ""))
        else:
            backend.send_task_success(payload["token"], json.dumps(payload.get("output")))

    def later():
        for _ in range(50):  # moto stumbles over executions that are just starting
            time.sleep(0.2)
            try:
                return send()
            except Exception:
                continue

    threading.Thread(target=later, daemon=True).start()
    return "asked"


functions = {f.__name__: f for f in (echo, fail, slow, flaky, answer)}


def invoke(parameters, region, state_credentials):
    name = parameters["FunctionName"].rsplit(":", 1)[-1]
    result = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    try:
        result["Payload"] = functions[name](json.loads(parameters.get("Payload") or "{}"))
    except Failure as e:
        result["FunctionError"] = "Unhandled"
        result["Payload"] = {"errorType": e.error, "errorMessage": e.cause}
    return result


def recase(record, change):
    """Changes the first letter of every key, in place."""
    for key in list(record):
        record[change(key[0]) + key[1:]] = record.pop(key)


def start_other_machines():
    """The names of Step Functions' own members: upper case in machines, lower case in its API."""
    start = StateTaskServiceSfn._eval_service_task

    def start_recased(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        recase(normalised_parameters, str.lower)
        start(self, env, resource_runtime_part, normalised_parameters, state_credentials)
        recase(env.stack[-1], str.upper)

    StateTaskServiceSfn._eval_service_task = start_recased
    StateTaskServiceSfn._normalise_response = lambda self, response, **_: recase(response, str.upper)


def parse_one_at_a_time():
    """All of moto's parsers share one list of query languages."""
    parse, lock = AmazonStateLanguageParser.parse, threading.Lock()

    def parse_alone(definition):
        with lock:
            Preprocessor._query_language_per_scope.clear()
            return parse(definition)

    AmazonStateLanguageParser.parse = staticmethod(parse_alone)


default_user_config["stepfunctions"]["execute_state_machine"] = True
use_reference()
start_other_machines()
parse_one_at_a_time()
lambda_eval_utils._invoke_lambda_function = invoke
# An execution keeps a copy of its machine: of the record, not of all the
# executions and threads that it leads to.
models.StateMachine.__deepcopy__ = lambda self, memo: copy.copy(self)
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
