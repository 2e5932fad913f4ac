"""What manifests must have that their schema can't say: every name leads somewhere, every pod is locked down, and who
may reach whom is as it should be.

manifests.py SECRET_FILE BUILT_FILE"""

import sys

import yaml

INGRESS = {"namespace": {"kubernetes.io/metadata.name": "ingress-nginx"}, "pod": {}}
STRANGER = {"namespace": {"kubernetes.io/metadata.name": "elsewhere"}, "pod": {}}
HERE = {"kubernetes.io/metadata.name": "guildhall"}
NAME = "app.kubernetes.io/name"

things = [thing for thing in yaml.safe_load_all(open(sys.argv[2])) if thing]
secret = yaml.safe_load(open(sys.argv[1]))
found = []


def of(*kinds):
    return [thing for thing in things if thing["kind"] in kinds]


def named(kind, name):
    return next((thing for thing in of(kind) if thing["metadata"]["name"] == name), None)


def demand(holds, where, what):
    if not holds:
        found.append(f"{sys.argv[2]}: {where}: {what}")


def matches(selector, labels):
    """Whether a label selector of Kubernetes selects these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    listed = all(e["operator"] == "In" and labels.get(e["key"]) in e["values"] for e in selector.get("matchExpressions", []))
    return wanted and listed


def template(workload):
    return workload["spec"]["template"]


def labels(workload):
    return template(workload)["metadata"]["labels"]


def ports(workload):
    return {p["name"]: p["containerPort"] for c in template(workload)["spec"]["containers"] for p in c.get("ports", [])}


workloads = of("Deployment", "StatefulSet")


def check_pod(workload):
    name, pod = workload["metadata"]["name"], template(workload)["spec"]
    demand(matches(workload["spec"]["selector"], labels(workload)), name, "doesn't select its own pods")
    demand(pod.get("automountServiceAccountToken") is False, name, "has a token for Kubernetes")
    demand(named("ServiceAccount", pod.get("serviceAccountName")), name, "has no account of its own")
    demand(pod.get("enableServiceLinks") is False, name, "gets variables of services, which can look like settings")
    demand(pod["securityContext"].get("runAsNonRoot") is True, name, "may run as root")
    demand(pod["securityContext"].get("seccompProfile") == {"type": "RuntimeDefault"}, name, "may make any system call")
    volumes = {v["name"]: v for v in pod.get("volumes", [])}
    claims = {c["metadata"]["name"] for c in workload["spec"].get("volumeClaimTemplates", [])}
    for container in pod["containers"]:
        guard = container["securityContext"]
        demand(guard["readOnlyRootFilesystem"] is True, name, "may write to its image")
        demand(guard["allowPrivilegeEscalation"] is False, name, "may gain rights")
        demand(guard["capabilities"]["drop"] == ["ALL"], name, "has capabilities")
        tag = container["image"].partition(":")[2]
        demand(tag and tag != "latest", name, f"image {container['image']} isn't pinned")
        demand({"cpu", "memory"} <= container["resources"]["requests"].keys(), name, "asks for no resources")
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            check_probe(name, container.get(probe), probe, ports(workload))
        mounted = {m["name"] for m in container.get("volumeMounts", [])}
        demand(mounted <= volumes.keys() | claims, name, f"mounts what isn't there: {mounted}")
        sources = [e["valueFrom"] for e in container.get("env", []) if "valueFrom" in e]
        for reference in (s["secretKeyRef"] for s in sources if "secretKeyRef" in s and not s["secretKeyRef"].get("optional")):
            known = reference["name"] == secret["metadata"]["name"] and reference["key"] in secret["stringData"]
            demand(known, name, f"deploy/secrets doesn't make {reference['key']}")
        for source in container.get("envFrom", []):
            demand(named("ConfigMap", source["configMapRef"]["name"]), name, "has settings that aren't there")
    for volume in volumes.values():
        if "configMap" in volume:
            demand(named("ConfigMap", volume["configMap"]["name"]), name, f"volume {volume['name']} isn't there")


def check_probe(name, probe, kind, known):
    if not probe:
        demand(False, name, f"has no {kind}")
        return
    how = probe.get("httpGet") or probe.get("grpc") or probe.get("tcpSocket")
    demand(how is None or how["port"] in known or how["port"] in known.values(), name, f"{kind} asks a port that isn't there")


def check_references():
    for service in of("Service"):
        name = service["metadata"]["name"]
        behind = [w for w in workloads if service["spec"]["selector"].items() <= labels(w).items()]
        demand(len(behind) == 1, f"service {name}", f"leads to {len(behind)} workloads")
        for port in service["spec"]["ports"]:
            demand(all(port["targetPort"] in ports(w) for w in behind), f"service {name}", "leads to no port")
    for ingress in of("Ingress"):
        rule = ingress["spec"]["rules"][0]
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            service = named("Service", backend["name"])
            known = service and backend["port"]["name"] in {p["name"] for p in service["spec"]["ports"]}
            demand(known, "ingress", f"{path['path']} leads nowhere")
        host = settings()["GUILDHALL_PUBLIC_URL"].split("/")[2]
        demand([rule["host"]] == ingress["spec"]["tls"][0]["hosts"] == [host], "ingress", "isn't at the public address")
    for scaler in of("HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        scaled = named(target["kind"], target["name"])
        demand(scaled and "replicas" not in scaled["spec"], f"scaler {target['name']}", "has no target of its own to scale")
    for budget in of("PodDisruptionBudget"):
        behind = [w for w in workloads if matches(budget["spec"]["selector"], labels(w))]
        demand(len(behind) == 1, f"budget {budget['metadata']['name']}", "is for nobody")
    for key, value in settings().items():
        if key.startswith("GUILDHALL_RPC_"):
            host, port = value.removeprefix("http://").split(":")
            service = named("Service", host)
            known = service and int(port) in {p["port"] for p in service["spec"]["ports"]}
            demand(known and key == f"GUILDHALL_RPC_{host.upper()}", key, f"{value} is the wrong address")


def settings():
    return next(m["data"] for m in of("ConfigMap") if m["metadata"]["name"].startswith("settings-"))


def allowed(source, workload, port, direction="Ingress"):
    """Whether the network policies let a source reach a workload's port (or, as Egress, the workload reach a peer)."""
    governing = [p["spec"] for p in of("NetworkPolicy") if direction in p["spec"]["policyTypes"] and matches(p["spec"]["podSelector"], labels(workload))]
    if not governing:
        return True
    side, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    for rule in (rule for policy in governing for rule in policy.get(side, [])):
        if any(p["port"] == port for p in rule.get("ports", [])) and any(is_peer(p, source) for p in rule.get(peers, [])):
            return True
    return False


def is_peer(peer, source):
    if "ipBlock" in peer:
        return False
    here = matches(peer["namespaceSelector"], source["namespace"]) if "namespaceSelector" in peer else source["namespace"] == HERE
    return here and matches(peer.get("podSelector", {}), source["pod"])


def check_network():
    for target in workloads:
        name = target["metadata"]["name"]
        is_door = labels(target).get("speaks") == "http"
        for port in ports(target):
            demand(not allowed(STRANGER, target, port), name, f"{port} is open to the whole cluster")
            is_open = is_door and port == "http"
            demand(allowed(INGRESS, target, port) == is_open, name, f"{port} from the ingress: should be {is_open}")
        for caller in workloads:
            source = {"namespace": HERE, "pod": labels(caller)}
            of_guildhall = labels(caller)[NAME] == "guildhall"
            for port in set(ports(target)) - {"http", "monitor", "metrics"}:
                both = allowed(source, target, port) and allowed(
                    {"namespace": HERE, "pod": labels(target)}, caller, port, "Egress"
                )
                demand(both == of_guildhall, name, f"{port} from {caller['metadata']['name']}: should be {of_guildhall}")


for workload in workloads:
    check_pod(workload)
check_references()
check_network()
sys.exit("\n".join(found) or None)
