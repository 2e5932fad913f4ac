"""The dashboard shows only what is measured, and Prometheus asks every role of the fleet for it."""

import json
import pathlib
import re
import subprocess
import sys

import yaml

sources = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.rs"], capture_output=True, text=True, check=True)
rust = "".join(pathlib.Path(file).read_text() for file in sources.stdout.splitlines())
measured = set(re.findall(r'metrics::(?:counter|gauge|histogram)!\(\s*"(\w+)"', rust))
panels = json.loads(pathlib.Path("deploy/monitoring/guildhall.json").read_text())["panels"]
asked = " ".join(target["expr"] for panel in panels for target in panel["targets"])
shown = {re.sub("_(bucket|count|sum)$", "", name) for name in re.findall(r"\b(?:guildhall|process)_\w+", asked)}

prometheus = yaml.safe_load(pathlib.Path("deploy/monitoring/prometheus.yml").read_text())
names = set(prometheus["scrape_configs"][0]["dns_sd_configs"][0]["names"])
services = yaml.safe_load(pathlib.Path("deploy/compose/fleet.yml").read_text())["services"].values()
roles = {service["environment"]["GUILDHALL_ROLES"] for service in services if "GUILDHALL_ROLES" in service.get("environment", {})}

found = [f"guildhall.json shows {name}, which nobody measures" for name in shown - measured]
found += [f"guildhall.json doesn't show {name}" for name in measured - shown]
found += [f"prometheus.yml and fleet.yml differ: {role}" for role in names ^ roles]
sys.exit("\n".join(found) or None)
