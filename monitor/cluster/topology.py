"""What must be there on the broker: exchanges, queues and who may use them, as RabbitMQ's definitions.

    python -m monitor.cluster.topology --queues 24 > deploy/rabbitmq/definitions.json

Samples go from `amq.topic`, where RabbitMQ's MQTT plugin puts them, to a consistent-hash exchange, and from there to
one of many quorum queues: a shard of the patients each. Beside each lies a queue for one message, the shard's baton.
"""

import argparse
import json
from collections.abc import Sequence
from typing import Any, Final

SHARDS: Final = "pulse.shards"
"""The exchange that spreads the patients over the shards."""
BATONS: Final = "pulse.batons"
WORKERS: Final = "pulse.workers"
"""A queue without messages: its consumers are the workers that live."""
MQTT: Final = "amq.topic"
LEADS: Final = ("MLII", "II", "ecg", "ECG")
"""The hash is of patient *and* lead: two leads of one patient may come to two workers, so no device may send two that
are bound. These are names of one and the same lead."""
KEPT_S: Final = 60
"""A block that nobody has taken by then is of no use to anybody who watches."""
_MOST_BYTES: Final = 256 * 1024 * 1024
_QUORUM: Final = {"x-queue-type": "quorum"}


def samples(shard: int) -> str:
    """The queue of a shard's samples."""
    return f"pulse.samples.{shard}"


def baton(shard: int) -> str:
    """The queue of a shard's baton, and the routing key that leads there."""
    return f"pulse.baton.{shard}"


def definitions(queues: int) -> dict[str, Any]:
    """For `queues` shards."""
    shards = range(queues)
    return {
        "vhosts": [{"name": "/"}],
        "users": [_user("monitor"), _user("operator")],
        "permissions": [_permission("monitor", r"|pulse\.batons", r"|pulse\..*"), _permission("operator")],
        "topic_permissions": [
            _topics("monitor", r"^pulse\."),
            _topics("operator", r"^pulse\.v1\.[^.]+\.commands\.[^.]+$"),
        ],
        "policies": [_bounds()],
        "exchanges": [_exchange(SHARDS, "x-consistent-hash"), _exchange(BATONS, "direct")],
        "queues": [
            *(_queue(samples(k), _QUORUM | {"x-single-active-consumer": True}) for k in shards),
            *(_queue(baton(k), _QUORUM | {"x-max-length": 1}) for k in shards),
            _queue(WORKERS, {}),
        ],
        "bindings": [
            *(_binding(MQTT, "exchange", SHARDS, f"pulse.v1.*.samples.{lead}") for lead in LEADS),
            *(_binding(SHARDS, "queue", samples(k), "1") for k in shards),  # equal weights
            *(_binding(BATONS, "queue", baton(k), baton(k)) for k in shards),
        ],
    }


def _user(name: str) -> dict[str, Any]:
    """Without a password nobody comes in: `rabbitmqctl change_password` gives one."""
    return {"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}


def _permission(user: str, also_writes: str = "", also_reads: str = "") -> dict[str, str]:
    """What an MQTT client needs that listens and speaks, and no more."""
    own = "mqtt-subscription-.*"
    write, read = (rf"^(amq\.topic|{own}{also})$" for also in (also_writes, also_reads))
    return {"user": user, "vhost": "/", "configure": f"^{own}$", "write": write, "read": read}


def _topics(user: str, write: str) -> dict[str, str]:
    return {"user": user, "vhost": "/", "exchange": MQTT, "write": write, "read": r"^pulse\."}


def _bounds() -> dict[str, Any]:
    """A policy, so that they can be changed while the broker runs."""
    limits = {"message-ttl": 1000 * KEPT_S, "max-length-bytes": _MOST_BYTES, "overflow": "drop-head"}
    name = {"vhost": "/", "name": "pulse-samples", "pattern": r"^pulse\.samples\.", "apply-to": "queues"}
    return name | {"priority": 0, "definition": limits}


def _exchange(name: str, kind: str) -> dict[str, Any]:
    rest = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"name": name, "vhost": "/", "type": kind} | rest


def _queue(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "vhost": "/", "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(source: str, kind: str, destination: str, key: str) -> dict[str, Any]:
    ends = {"source": source, "destination": destination, "destination_type": kind}
    return {"vhost": "/"} | ends | {"routing_key": key, "arguments": {}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the definitions, each on a line."""
    parser = argparse.ArgumentParser(description="RabbitMQ's definitions for so many shards")
    parser.add_argument("--queues", type=int, default=24)
    made = definitions(parser.parse_args(arguments).queues)
    parts = (f'"{kind}": [\n' + ",\n".join(map(json.dumps, each)) + "\n]" for kind, each in made.items())
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
