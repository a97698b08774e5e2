"""Drives simple-salesforce against an emulated org and prints what each step gave as one JSON object.

The org's address and credentials come as JSON on standard input. A step that raises gives its error instead; the
tests beside this file judge the results.
"""

import json
import logging
import re
import sys
from datetime import datetime, timedelta, timezone

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceLogin

logging.disable(logging.CRITICAL)
org = json.load(sys.stdin)


class Loopback(HTTPAdapter):
    """simple-salesforce knows https addresses only: whatever host it means, the request goes to the emulator."""

    def send(self, request, **options):
        request.url = re.sub(r"^https://[^/]+", org["url"], request.url)
        return super().send(request, **options)


def session():
    made = requests.Session()
    made.trust_env = False
    made.mount("https://", Loopback())
    return made


def connect(session_id, version="66.0"):
    return Salesforce(session_id=session_id, instance_url=org["url"], version=version, session=session())


def refusal(error):
    content = getattr(error, "content", None)
    return {"kind": type(error).__name__, "status": getattr(error, "status", None), "content": content}


results = {}


def step(function):
    try:
        results[function.__name__] = function()
    except Exception as error:  # noqa: BLE001 - the tests report it
        results[function.__name__] = {"raised": refusal(error), "text": str(error)}


sf = connect(org["accessToken"])


@step
def query_all():
    return [row["Id"] for row in sf.query_all("SELECT Id FROM Contact ORDER BY Id", include_deleted=True)["records"]]


@step
def query_with_parents():
    return sf.query("SELECT Id, Owner.Name FROM Account ORDER BY Id LIMIT 3")["records"]


@step
def query_all_iter():
    return sum(1 for _ in sf.query_all_iter("SELECT Id FROM Opportunity"))


@step
def describe():
    return [field["name"] for field in sf.Account.describe()["fields"]]


@step
def describe_global():
    return [each["name"] for each in sf.describe()["sobjects"]]


@step
def metadata():
    return sf.Account.metadata()["objectDescribe"]["name"]


@step
def crud():
    created = sf.Account.create({"Name": "Snake", "External_Id__c": "PY-1"})
    updated = sf.Account.update(created["id"], {"Industry": "Energy"})
    read = sf.Account.get(created["id"])
    by_key = sf.Account.get_by_custom_id("External_Id__c", "PY-1")
    upserted = sf.Account.upsert("External_Id__c/PY-1", {"Name": "Python"})
    made = sf.Account.upsert("External_Id__c/PY-2", {"Name": "Cobra"})
    renamed = sf.Account.get(created["id"])["Name"]
    deleted = sf.Account.delete(created["id"])
    return {
        "created": created,
        "updated": updated,
        "read": {"Name": read["Name"], "Industry": read["Industry"]},
        "by_key": by_key["Id"] == created["id"],
        "upserted": upserted,
        "made": made,
        "renamed": renamed,
        "deleted": deleted,
    }


@step
def gone():
    return sf.Account.get("001000000000009")


@step
def malformed():
    return sf.query("SELECT Idx FROM Account")


@step
def expired():
    return connect(org["orgId"][:15] + "!bad").query("SELECT Id FROM Account LIMIT 1")


@step
def search():
    sf.Account.create({"Name": "Mamba Mills"})
    return [row["Name"] for row in sf.search("FIND {mamba} RETURNING Account(Name)")["searchRecords"]]


@step
def limits():
    sf.limits()
    return sf.api_usage["api-usage"]._asdict()


@step
def deleted_and_updated():
    contact = sf.Contact.create({"LastName": "Viper"})["id"]
    kept = sf.Contact.create({"LastName": "Adder"})["id"]
    sf.Contact.delete(contact)
    start = datetime.now(timezone.utc) - timedelta(hours=1)
    end = datetime.now(timezone.utc) + timedelta(minutes=2)
    deleted = sf.Contact.deleted(start, end)["deletedRecords"]
    return {
        "deleted": contact in [each["id"] for each in deleted],
        "updated": kept in sf.Contact.updated(start, end)["ids"],
    }


@step
def restful_composite():
    return sf.restful("composite/batch", method="POST", json={"batchRequests": [{"method": "GET", "url": "v66.0/limits"}]})


@step
def toolingexecute():
    return sf.toolingexecute("query?q=SELECT+QualifiedApiName+FROM+EntityDefinition+WHERE+QualifiedApiName='Account'")


@step
def bulk2_query():
    pages = list(sf.bulk2.Contact.query("SELECT Id, LastName FROM Contact", max_records=300))
    return {"pages": len(pages), "rows": sum(page.count("003Dn0") for page in pages), "head": pages[-1].split("\n")[0]}


@step
def bulk2_ingest():
    rows = [{"Name": f"Loaded {at}", "External_Id__c": f"PYB-{at}"} for at in range(40)]
    inserted = sf.bulk2.Account.insert(records=rows, batch_size=25)
    renamed = [{"External_Id__c": "PYB-3", "Name": "Loaded anew"}, {"External_Id__c": "PYB-X", "Name": ""}]
    upserted = sf.bulk2.Account.upsert(records=renamed, external_id_field="External_Id__c")
    failed = sf.bulk2.Account.get_failed_records(upserted[0]["job_id"])
    ids = [row["Id"] for row in sf.query("SELECT Id FROM Account WHERE External_Id__c LIKE 'PYB-%'")["records"]]
    deleted = sf.bulk2.Account.delete(records=[{"Id": each} for each in ids])
    return {"inserted": inserted, "upserted": upserted, "failed": failed, "deleted": deleted}


def works(login):
    token, _ = login
    return connect(token).query("SELECT Id FROM User WHERE Username = '%s'" % org["username"])["totalSize"]


@step
def login_by_soap():
    secret = {"username": org["username"], "password": org["password"], "security_token": ""}
    return works(SalesforceLogin(**secret, sf_version="59.0", session=session()))


@step
def login_by_jwt():
    app = org["apps"]["jwt"]
    key = {"consumer_key": app["clientId"], "privatekey_file": app["privateKeyFile"]}
    return works(SalesforceLogin(username=org["username"], **key, session=session()))


@step
def login_by_client_credentials():
    app = org["apps"]["clientCredentials"]
    secret = {"consumer_key": app["clientId"], "consumer_secret": app["clientSecret"]}
    return works(SalesforceLogin(**secret, domain="emulated.my", session=session()))


@step
def login_refused():
    secret = {"username": org["username"], "password": "wrong", "security_token": ""}
    return works(SalesforceLogin(**secret, sf_version="59.0", session=session()))


print(json.dumps(results, default=str))
