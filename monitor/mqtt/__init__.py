"""What the monitor needs of MQTT 5 and 3.1.1, for thousands of small messages a second: QoS 0 and 1."""
