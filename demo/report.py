"""What the demo tells the person at the terminal, and the file that scripts read."""

import json
from pathlib import Path
from typing import Any

from demo.files import write_private
from demo.programs import Site
from demo.seed import Told
from demo.tokens import Tokens

CASES = ("maja", "callum", "isla")


def path_in(site: Site) -> Path:
    """Where `demo.json` lies."""
    return site.var / "demo.json"


def write(site: Site, tokens: Tokens, told: Told) -> Path:
    """Write `demo.json` (0600): addresses, a token for each role, and the cases."""
    path = path_in(site)
    content = {
        "case_api": site.case_api,
        "notifier": site.notifier,
        "mail": site.mail,
        "tokens": tokens.for_all(told.ids),
        "cases": {name: told.ids[name] for name in CASES},
    }
    write_private(path, json.dumps(content, indent=2) + "\n")
    write_private(path.with_suffix(".env"), _for_a_shell(content))
    return path


def _for_a_shell(content: dict[str, Any]) -> str:
    """The same for a terminal: `. var/demo.env` gives $API, $MAIL, the cases, and a token as $TOKEN."""
    named = {"API": content["case_api"], "MAIL": content["mail"], "TOKEN": content["tokens"]["pupil_support"]}
    named |= {name.upper(): case for name, case in content["cases"].items()}
    return "".join(f"{name}={value}\n" for name, value in named.items())


def show(site: Site, told: Told, path: Path) -> None:
    """Print where everything is and what to try first."""
    content = json.loads(path.read_text("utf-8"))
    refused = ", ".join(f"{row} ({rule})" for row, rule in told.refused.items()) or "none sent again"
    print(f"Case API    {site.case_api}")
    print(f"Notifier    {site.notifier}")
    print(f"Delivered   {site.mail}   mail and webhooks as they arrived")
    print(f"\nThe story: {told.recorded} commands recorded, {told.replayed} known already.")
    print(f"Refused by the rules: {refused}")
    for name, case in content["cases"].items():
        print(f"  {name:<8} {site.case_api}/v1/cases/{case}")
    print(f"\nTokens, good for 12 hours (all of them in {path}):")
    for role, token in content["tokens"].items():
        print(f"  {role:<18} {token}")
    print("\nTry, in another terminal:")
    print(f"  . {path.with_suffix('.env')}")
    print('  curl -H "Authorization: Bearer $TOKEN" $API/v1/cases/$MAJA/timeline', flush=True)
