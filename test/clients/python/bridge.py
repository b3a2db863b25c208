"""Calls the official Python SDK as it is told: one JSON line in, one JSON line out.

In: {"operation", "fields" (of path and query), "body"}. Out: {"response"} or {"error": {"status",
"code", "message"}}. Requests are the SDK's own models, filled by their declared types.
"""

import json
import os
import re
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkkms import v2 as kms


def make_client():
    credentials = BasicCredentials(
        os.environ["KEYTURN_AK"], os.environ["KEYTURN_SK"], os.environ["KEYTURN_PROJECT_ID"]
    )
    config = HttpConfig.get_default_config()
    config.ignore_ssl_verification = False
    return (
        kms.KmsClient.new_builder()
        .with_http_config(config)
        .with_credentials(credentials)
        .with_endpoint(os.environ["KEYTURN_URL"])
        .build()
    )


def build(type_name, value):
    """A value of the type that a model declares, from plain JSON."""
    if value is None:
        return None
    listed = re.fullmatch(r"list\[(.+)\]", type_name)
    if listed:
        return [build(listed.group(1), item) for item in value]
    model = getattr(kms, type_name, None)
    if model is None or not isinstance(value, dict):
        return value
    arguments = {}
    for attribute, attribute_type in model.openapi_types.items():
        wire = model.attribute_map[attribute]
        if wire in value:
            arguments[attribute] = build(attribute_type, value[wire])
    return model(**arguments)


def snake_case(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def call(client, order):
    operation = order["operation"]
    request_type = operation + "Request"
    request = build(request_type, {**order.get("fields", {}), "body": order.get("body")})
    return getattr(client, snake_case(operation))(request)


def answer(client, order):
    try:
        response = call(client, order)
    except AttributeError as error:
        if not hasattr(client, snake_case(order["operation"])):
            return {"missing": True}
        return {"failure": f"{type(error).__name__}: {error}"}
    except ServiceResponseException as error:
        return {
            "error": {
                "status": error.status_code,
                "code": error.error_code,
                "message": error.error_msg,
            }
        }
    except Exception as error:  # whatever the SDK trips over is a finding, not the end
        return {"failure": f"{type(error).__name__}: {error}"}
    return {"response": json.loads(json.dumps(response.to_json_object()))}


def main():
    client = make_client()
    for line in sys.stdin:
        print(json.dumps(answer(client, json.loads(line))), flush=True)


main()
