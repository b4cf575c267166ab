"""Verifies a delivery with the library of the Standard Webhooks specification, as a receiver does:
secret, headers as JSON, body. Prints the event's sequence, or fails."""

import json
import sys

from standardwebhooks.webhooks import Webhook

secret, headers, body = sys.argv[1:]
print(Webhook(secret).verify(body, json.loads(headers))["data"]["sequence"])
