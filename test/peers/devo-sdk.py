"""Asks a Query API with Devo's own client: devo-sdk.py URL TOKEN KEY SECRET FROM_MS TO_MS < QUERIES

Reads one query a line and prints one JSON line for each: {"rows": [...]} or {"status": n}. Every query is asked
twice, with the token and with the signed key; the answers have to be the same.
"""

import json
import os
import sys

os.environ["UNSECURE_HTTP"] = "true"

from devo.api import Client, ClientConfig, SIMPLECOMPACT_TO_OBJ  # noqa: E402
from devo.api.client import DevoClientException  # noqa: E402


def ask(client, query, dates):
    try:
        return {"rows": list(client.query(query=query, dates=dates))}
    except DevoClientException as error:
        return {"status": getattr(error, "status", None), "message": str(error)}


def main():
    url, token, key, secret, from_ms, to_ms = sys.argv[1:]
    dates = {"from": int(from_ms) // 1000, "to": int(to_ms) // 1000}
    clients = [
        Client(
            address=f"{url}/search/query",
            auth=auth,
            config=ClientConfig(response="json/simple/compact", processor=SIMPLECOMPACT_TO_OBJ),
            retries=0,
            timeout=20,
        )
        for auth in ({"token": token}, {"key": key, "secret": secret})
    ]
    for query in sys.stdin.read().splitlines():
        first, second = (ask(client, query, dates) for client in clients)
        if first != second:
            first = {"token": first, "signed": second}
        print(json.dumps(first))


main()
