"""Lets Schemathesis ask a running server everything that the description allows, and much that it
does not. Needs the package `schemathesis` (`.ci/run` installs it) and the program:

    target/schemathesis/bin/python src/tests/schemathesis.py target/debug/plangrep

Further arguments go to `schemathesis run`.
"""

import hashlib
import http.cookiejar
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
MORE = sys.argv[2:]
FIXTURE = pathlib.Path(__file__).parent / "fixtures/two-sheets.pdf"
EMAIL, PASSWORD = "ada@example.com", "orbit-walnut-sleeve-42"
# Routes that refuse, for reasons no schema can tell, some of what fits their schema: text of white
# space only, networks, ends in the past, cursors, tokens that were not signed here.
CHOOSY = [
    "announceUploads", "changeKey", "completeUploads", "createJob", "createKey", "createProject",
    "listJobs", "putUpload", "rotateKey", "uploadContent", "uploadFiles",
]


class Caller:
    """Sends JSON with a key or with the cookies of a session."""

    def __init__(self, url, key=None):
        self.url, self.key, self.jar = url, key, http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def send(self, method, path, body=None, media="application/json"):
        url = path if path.startswith("http") else self.url + path
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(url, data=data, method=method)
        if data is not None:
            request.add_header("content-type", media)
        if self.key:
            request.add_header("authorization", f"Bearer {self.key}")
        with self.opener.open(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text[:1] in (b"{", b"[") else text


def run(environment, *arguments, text=""):
    done = subprocess.run(
        [PROGRAM, *arguments], input=text, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def completed_job(caller, project):
    """A job that has a result."""
    job = caller.send("POST", f"/api/open/v1/projects/{project}/jobs", {})["job"]["id"]
    content = FIXTURE.read_bytes()
    file = {
        "fileName": "plan.pdf",
        "contentType": "application/pdf",
        "fileSize": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    announced = caller.send("POST", f"/api/open/v1/jobs/{job}/uploads", {"files": [file]})["uploads"][0]
    Caller(caller.url).send("PUT", announced["uploadUrl"], content, file["contentType"])
    caller.send("POST", f"/api/open/v1/jobs/{job}/uploads/complete")
    for _ in range(600):
        state = caller.send("GET", f"/api/open/v1/jobs/{job}")["job"]
        if state["completedAt"]:
            return state
        time.sleep(0.1)
    sys.exit("the job did not end")


def place_of(caller, person):
    """Real ids for the parameters: an operation, or all with the parameter, and its values."""
    project = caller.send("POST", "/api/open/v1/projects", {"name": "Library"})["project"]["id"]
    while caller.send("GET", f"/api/open/v1/projects/{project}")["project"]["status"] != "ready":
        time.sleep(0.1)
    new_job = lambda: caller.send("POST", f"/api/open/v1/projects/{project}/jobs", {})["job"]["id"]
    new_key = lambda label: person.send("POST", "/api/open-api/keys", {"label": label, "scopes": ["jobs:read"]})["key"]["id"]
    job, other = new_job(), new_job()
    done = completed_job(caller, project)
    result = caller.send("GET", f"/api/open/v1/jobs/{done['id']}/result")
    path = re.search(r'"path":\s*"([^"]+)"', json.dumps(result))
    file = {"fileName": "a.txt", "contentType": "text/plain", "fileSize": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}
    announced = caller.send("POST", f"/api/open/v1/jobs/{job}/uploads", {"files": [file]})["uploads"][0]
    values = {
        (None, "projectId"): project,
        (None, "jobId"): job,
        (None, "documentId"): announced["documentId"],
        (None, "keyId"): new_key("Kept"),
        ("revokeKey", "keyId"): new_key("Revoked"),
        ("rotateKey", "keyId"): new_key("Rotated"),
        ("putUpload", "token"): query_of(announced["uploadUrl"]),
        ("getLinkedResult", "token"): query_of(done["resultUrl"]),
    }
    for operation in ("cancelJob", "resumeJob", "deleteJob"):
        values[operation, "jobId"] = other
    for operation in ("getResult", "getLinkedResult", "getArtifact", "createJobDownload", "listenToJob", "listenAsPerson"):
        # What is over: a stream of anything else would not end.
        values[operation, "jobId"] = done["id"]
    if path:
        for operation in ("getArtifact", "getProjectArtifact"):
            values[operation, "path"] = path[1]
    return values


def query_of(url):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["token"][0]


def with_real_values(description, values):
    for methods in description["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                name = parameter["name"]
                value = values.get((operation["operationId"], name)) or values.get((None, name))
                if value:
                    parameter["schema"] = {"type": "string", "enum": [value]}
                    parameter["example"] = value
            # A part of JSON is no JSON.
            operation["responses"].get("206", {}).pop("content", None)
    # No webhook of this run may reach anyone.
    hook = description["components"]["schemas"]["NewJob"]["properties"]["webhookUrl"]
    hook.clear()
    hook.update({"type": ["string", "null"], "enum": ["https://hooks.invalid/plangrep", None]})
    text = json.dumps(description).replace("https://hooks.example.com/plangrep", "https://hooks.invalid/plangrep")
    return json.loads(text)


def settings():
    lines = [
        'checks.positive_data_acceptance.expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 416, 429]',
        'checks.negative_data_rejection.expected-statuses = ["4xx"]',
        # It is sent with every request.
        "generation.with-security-parameters = false",
    ]
    for operation in CHOOSY:
        lines += ["", "[[operations]]", f'include-operation-id = "{operation}"', "checks.positive_data_acceptance.enabled = false"]
    return "\n".join(lines) + "\n"


def main():
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PLANGREP_")
        } | {
            "PLANGREP_DATA_DIR": str(place / "data"),
            "PLANGREP_BIND": "127.0.0.1:0",
            "PLANGREP_RATE_LIMIT": "0",
            "PLANGREP_LOG": "warn",
        }
        if database := os.environ.get("PLANGREP_DATABASE_URL"):
            environment["PLANGREP_DATABASE_URL"] = database
        run(environment, "user", "create", "--email", EMAIL, "--name", "Ada", "--workspace", "Oak", "--role", "admin", text=PASSWORD)
        scopes = [part for scope in ("jobs:read", "jobs:write", "artifacts:read") for part in ("--scope", scope)]
        key = run(environment, "key", "create", "--email", EMAIL, "--label", "Schemathesis", *scopes)
        server = subprocess.Popen([PROGRAM], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip().removeprefix("Plangrep listens on ")
            caller, person = Caller(url, key), Caller(url)
            form = urllib.parse.urlencode({"email": EMAIL, "password": PASSWORD}).encode()
            person.send("POST", "/sign-in", form, "application/x-www-form-urlencoded")
            cookie = next(one for one in person.jar if one.name == "plangrep_session")
            description = caller.send("GET", "/api/openapi.json")
            description = with_real_values(description, place_of(caller, person))
            (place / "openapi.json").write_text(json.dumps(description))
            (place / "schemathesis.toml").write_text(settings())
            for_people = '^/(api/open-api/(keys|session)|projects/)'
            failed = False
            for who in (
                ["-H", f"Authorization: Bearer {key}", "--exclude-path-regex", for_people],
                ["-H", f"Cookie: plangrep_session={cookie.value}", "--include-path-regex", for_people],
            ):
                command = [
                    pathlib.Path(sys.executable).parent / "schemathesis",
                    "--config-file", place / "schemathesis.toml",
                    "run", place / "openapi.json", "--url", url,
                    "--phases", "examples,coverage,fuzzing", "--max-examples", "25", "--seed", "1",
                    "--request-timeout", "20", "--continue-on-failure", "--generation-database", "none",
                    "--no-color", "--suppress-health-check", "all", "--warnings", "off",
                    *who, *MORE,
                ]
                failed |= subprocess.run(command, cwd=place).returncode != 0
            if server.poll() is not None:
                sys.exit("the server ended")
            sys.exit(1 if failed else 0)
        finally:
            server.terminate()
            server.wait(timeout=15)


main()
