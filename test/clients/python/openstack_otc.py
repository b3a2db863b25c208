"""Walks through the API with openstacksdk and otcextensions, signed in with a password, and prints a
JSON line for each call."""

import json
import os
import secrets
import sys

import openstack
from openstack import exceptions
from otcextensions import sdk

failed = False


def report(operation, check):
    """Runs a check and prints what came of it; answers what the check answers."""
    global failed
    line = {"operation": operation, "passed": True}
    result = None
    try:
        result = check()
    except Exception as error:  # whatever it is, the walk goes on
        failed = True
        line = {"operation": operation, "passed": False, "detail": f"{type(error).__name__}: {error}"}
    print(json.dumps(line), flush=True)
    return result


def same(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}, not {want!r}")
    return got


def duplicate(call):
    try:
        call()
    except exceptions.DuplicateResource:
        return
    raise AssertionError("not refused as a duplicate")


def connect():
    connection = openstack.connect(
        auth_url=os.environ["KEYTURN_URL"] + "/v3",
        username=os.environ["KEYTURN_USER"],
        password=os.environ["KEYTURN_PASSWORD"],
        user_domain_id=os.environ["KEYTURN_DOMAIN_ID"],
        project_id=os.environ["KEYTURN_PROJECT_ID"],
        region_name=os.environ["KEYTURN_REGION"],
        interface="public",
        vendor_hook="otcextensions.sdk:load",
    )
    sdk.register_otc_extensions(connection)
    return connection


def name(what):
    return f"{what}-{secrets.token_hex(4)}"


def walk_keys(kms):
    alias = name("otc")
    key = report("CreateKey", lambda: kms.create_key(key_alias=alias))
    report("CreateKey", lambda: duplicate(lambda: kms.create_key(key_alias=alias)))
    key_id = key.id
    report("ListKeyDetail", lambda: same(kms.get_key(key_id).key_alias, alias))
    report("ListKeys", lambda: same(key_id in [item.id for item in kms.keys()], True))
    report("ListKeys", lambda: same(kms.find_key(alias).id, key_id))
    report("DisableKey", lambda: kms.disable_key(kms.get_key(key_id)))
    report("ListKeyDetail", lambda: same(kms.get_key(key_id).key_state, "3"))
    report("EnableKey", lambda: kms.enable_key(kms.get_key(key_id)))
    report("DeleteKey", lambda: kms.schedule_key_deletion(kms.get_key(key_id), 7))
    report("ListKeyDetail", lambda: same(kms.get_key(key_id).key_state, "4"))
    report("CancelKeyDeletion", lambda: kms.cancel_key_deletion(kms.get_key(key_id)))
    report("EnableKey", lambda: kms.enable_key(kms.get_key(key_id)))
    return kms.get_key(key_id)


def walk_data_keys(kms, key):
    context = {"purpose": "a walk"}
    made = report(
        "CreateDatakey",
        lambda: kms.create_datakey(key, datakey_length="512", encryption_context=context),
    )
    report("CreateDatakey", lambda: same(len(made.plain_text), 128))
    report(
        "CreateDatakeyWithoutPlaintext",
        lambda: same(kms.create_datakey_wo_plain(key, datakey_length="512").plain_text, None),
    )
    bare = report("CreateDatakey", lambda: kms.create_datakey(key, datakey_length="512"))
    opened = report("DecryptDatakey", lambda: kms.decrypt_datakey(key, bare.cipher_text, 64))
    report("DecryptDatakey", lambda: same(opened.plain_text, bare.plain_text))
    report("EncryptDatakey", lambda: kms.encrypt_datakey(bare))


def walk_others(kms):
    report("CreateRandom", lambda: same(len(kms.generate_random(512).random_data), 128))
    report("ShowUserInstances", lambda: same(kms.get_instance_number().instance_num >= 1, True))
    report("ShowUserQuotas", lambda: same([quota.type for quota in kms.quotas()][0], "CMK"))


def main():
    connection = report("CreateToken", connect)
    kms = connection.kms
    key = walk_keys(kms)
    walk_data_keys(kms, key)
    walk_others(kms)
    sys.exit(1 if failed else 0)


main()
