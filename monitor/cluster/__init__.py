"""Several machines behind one RabbitMQ: each worker owns shards of the patients, and takes over those of one that dies.

Devices and dashboards speak MQTT as ever. See `docs/cluster.md`.
"""
