"""Every Python process of a peer loads this first: what it sends to Salesforce goes to the bench's org, logged in by
client credentials, since the connectors know no other address than Salesforce's own."""

import os
from urllib.parse import urlencode, urlsplit

org = os.environ.get("BENCH_URL")

if org is not None:
    import requests

    send = requests.Session.send

    def to_the_org(session, request, **options):
        parts = urlsplit(request.url)
        theirs = parts.hostname is not None and parts.hostname.endswith("salesforce.com")
        if theirs or parts.netloc == urlsplit(org).netloc:
            query = f"?{parts.query}" if parts.query else ""
            request.url = f"{org}{parts.path}{query}"
        if parts.path.endswith("/services/oauth2/token"):
            request.body = urlencode(
                {
                    "grant_type": "client_credentials",
                    "client_id": os.environ["BENCH_ID"],
                    "client_secret": os.environ["BENCH_SECRET"],
                }
            )
            request.headers["Content-Length"] = str(len(request.body))
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        return send(session, request, **options)

    requests.Session.send = to_the_org
