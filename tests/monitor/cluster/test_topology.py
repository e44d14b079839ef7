"""The definitions that are shipped are those that are made, and what they name fits together."""

import json
from pathlib import Path

from monitor.cluster import topology

SHIPPED = Path(__file__).parents[3] / "deploy" / "rabbitmq" / "definitions.json"


def test_the_shipped_definitions_are_those_for_24_shards() -> None:
    assert json.loads(SHIPPED.read_text()) == topology.definitions(24)


def test_every_binding_leads_from_something_to_something() -> None:
    made = topology.definitions(3)
    exchanges = {exchange["name"] for exchange in made["exchanges"]} | {topology.MQTT}
    queues = {queue["name"] for queue in made["queues"]}
    for binding in made["bindings"]:
        assert binding["source"] in exchanges
        assert binding["destination"] in (queues if binding["destination_type"] == "queue" else exchanges)


def test_every_shard_has_one_queue_one_baton_and_the_same_weight() -> None:
    made = topology.definitions(5)
    names = {queue["name"] for queue in made["queues"]}
    assert names == {*(topology.samples(k) for k in range(5)), *(topology.baton(k) for k in range(5)), topology.WORKERS}
    spread = [binding["routing_key"] for binding in made["bindings"] if binding["source"] == topology.SHARDS]
    assert spread == ["1"] * 5


def test_no_password_is_shipped() -> None:
    assert [user["password_hash"] for user in topology.definitions(1)["users"]] == ["", ""]
