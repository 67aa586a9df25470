"""The API against its own OpenAPI document: no request brings a 5xx, and no answer leaves its schema."""

import os
import re

import hypothesis
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from inkling.settings import Settings
from inkling.web import create_app

#: What a form sends has no type: a number is its digits.
UNTYPED = re.compile(r"violates `type` .*became (number|integer|boolean)")


def wrong_data_is_refused(ctx, response, case):
    """As :func:`negative_data_rejection`, but for what cannot be told apart in a form."""
    try:
        return negative_data_rejection(ctx, response, case)
    except AcceptedNegativeData as failure:
        if case.media_type == "multipart/form-data" and UNTYPED.search(f"{failure}"):
            return None
        raise


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    wrong_data_is_refused,
]


#: Of each address; ``CONTRACT_EXAMPLES=1000`` looks more closely.
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "200"))

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(Settings.load({})))


CHARTS, EVENTS = "/api/v1/charts/probabilities.png", "/api/v1/jobs/{id}/events"  # a stream need not end
BACKGROUND = r"/api/v1/(models|jobs|retraining)"


@schema.exclude(path=CHARTS).exclude(path_regex=BACKGROUND).parametrize()
@hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
def test_every_address_keeps_to_its_schema(case):
    case.call_and_validate(checks=CHECKS)


@schema.include(path_regex=BACKGROUND).exclude(path=EVENTS).parametrize()
@hypothesis.settings(max_examples=40, deadline=None, derandomize=True)
def test_retraining_and_versions_keep_to_their_schema(case):
    case.call_and_validate(checks=CHECKS)


@schema.include(path=CHARTS).parametrize()
@hypothesis.settings(max_examples=8, deadline=None, derandomize=True)
def test_charts_keep_to_their_schema(case):
    """Fewer examples: each that is drawn takes a tenth of a second."""
    case.call_and_validate(checks=CHECKS)
