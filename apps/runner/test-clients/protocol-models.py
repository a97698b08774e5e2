"""Reads messages from stdin with the published models of the protocol, which refuse what they do not know.

https://pypi.org/project/airbyte-protocol-models-pdv2/
"""

import json
import sys
from collections import Counter

from airbyte_protocol.models import AirbyteMessage, ConfiguredAirbyteCatalog
from pydantic import BaseModel

catalog = sys.argv[1] if len(sys.argv) > 1 else None
if catalog is not None:
    with open(catalog, encoding="utf-8") as file:
        ConfiguredAirbyteCatalog.model_validate(json.load(file))


def unknown(model: BaseModel, path: str) -> list[str]:
    """Keys that the models let pass, since the protocol allows additions: a misspelt one would be among them."""
    found = [f"{path}.{key}" for key in (model.model_extra or {})]
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel) and type(value).__name__ != "AirbyteStateBlob":
            found += unknown(value, f"{path}.{name}")
    return found


types: Counter[str] = Counter()
extras: set[str] = set()
for line in sys.stdin:
    message = AirbyteMessage.model_validate(json.loads(line))
    types[message.type.value] += 1
    extras.update(unknown(message, "message"))

print(json.dumps({"types": types, "unknown": sorted(extras)}))
