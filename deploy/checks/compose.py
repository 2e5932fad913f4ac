"""What Compose files must have that their schema can't say: every name leads somewhere, every secret is made by
deploy/secrets, and nothing is open to the world but the front door.

compose.py ENV_FILE COMPOSE_FILE…"""

import pathlib
import re
import sys

import yaml

# What only the operator knows, or has a default.
GIVEN = {"GUILDHALL_PUBLIC_URL", "GUILDHALL_IMAGE", "GUILDHALL_MAIL_URL", "GUILDHALL_TRUSTED_PROXIES"}
# Put there by the operator.
CERTIFICATE = "tls"
FRONT = {"nginx"}


def faults(path, made):
    text = path.read_text()
    file = yaml.safe_load(text)
    services = file["services"]
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for name in set(re.findall(r"\$\{(\w+)", code)) - GIVEN - made:
        yield f"${{{name}}} is made by nobody"
    for name in made:
        if re.search(rf"\$\{{{name}(:?-|\}})", code):
            yield f"${{{name}}} is a secret: it must be demanded (:?), without a default"
    for name, service in services.items():
        yield from (f"{name}: {fault}" for fault in service_faults(path, file, name, service))


def service_faults(path, file, name, service):
    services = file["services"]
    yield from (f"depends on {other}, which isn't there" for other in service.get("depends_on", []) if other not in services)
    yield from (f"network {net} isn't declared" for net in service.get("networks", []) if net not in file["networks"])
    nets = service.get("networks", [])
    is_inside = nets and all((file["networks"][net] or {}).get("internal") for net in nets)
    if is_inside and "GUILDHALL_MAIL_URL" in service.get("environment", {}):
        yield "sends mail, and reaches nobody outside"
    image = service["image"].replace("${GUILDHALL_IMAGE:-guildhall:0.1.0}", "guildhall:0.1.0")
    if ":" not in image or image.endswith(":latest"):
        yield f"image {image} isn't pinned"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if not source.startswith("."):
            if source not in file.get("volumes", {}):
                yield f"volume {source} isn't declared"
        elif CERTIFICATE not in pathlib.PurePath(source).parts and not (path.parent / source).is_file():
            yield f"{source} isn't there"
    for port in service.get("ports", []):
        if name not in FRONT and not port.startswith("127.0.0.1:"):
            yield f"port {port} is open to the world"
    for key, value in service.get("environment", {}).items():
        called = re.fullmatch(r"http://(\w+):9090", str(value)) if key.startswith("GUILDHALL_RPC_") else None
        if called and key != f"GUILDHALL_RPC_{called[1].upper()}":
            yield f"{key} leads to {called[1]}"
        if called and services.get(called[1], {}).get("environment", {}).get("GUILDHALL_ROLES") != called[1]:
            yield f"{key} leads to {called[1]}, which isn't that role"
        if called and "GUILDHALL_RPC_LISTEN" not in services[called[1]]["environment"]:
            yield f"{key} leads to {called[1]}, which doesn't listen"
    if image.startswith("guildhall:") and not (service.get("read_only") and service.get("cap_drop") == ["ALL"]):
        yield "isn't locked down"


made = {line.split("=")[0] for line in pathlib.Path(sys.argv[1]).read_text().splitlines()}
found = [f"{path}: {fault}" for path in map(pathlib.Path, sys.argv[2:]) for fault in faults(path, made)]
sys.exit("\n".join(found) or None)
