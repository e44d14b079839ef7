"""Topics are taken apart exactly as they are put together, and nothing else is let in."""

import pytest

from edge import topics
from edge.topics import Topic


@pytest.mark.parametrize(
    "topic",
    [
        Topic("p1", "samples", "MLII"),
        Topic("p-1_x", "status"),
        Topic("p1", "alarms", "asystole"),
        Topic("p1", "vitals"),
        Topic("p1", "variability"),
    ],
)
def test_a_topic_that_was_built_is_parsed(topic: Topic) -> None:
    assert topics.parse(str(topic)) == topic


@pytest.mark.parametrize(
    "topic",
    [
        "", "pulse", "pulse/v1", "pulse/v1/", "pulse/v1/p1", "pulse/v2/p1/vitals", "x/pulse/v1/p1/vitals",
        "pulse/v1//vitals", "pulse/v1/p1/samples", "pulse/v1/p1/samples/", "pulse/v1/p1/samples/II/x",
        "pulse/v1/p1/vitals/x", "pulse/v1/p1/unheard", "pulse/v1/+/samples/II", "pulse/v1/#", "pulse/v1/p1/samples/#",
        "pulse/v1/\x1b[31m/vitals", "pulse/v1/p 1/vitals", "pulse/v1/pä/vitals", "pulse/v1/p1/vitals\n",
        "pulse/v1/../vitals", "pulse/v1/" + "p" * 65 + "/vitals",
    ],
)  # fmt: skip
def test_anything_else_is_refused(topic: str) -> None:
    assert topics.parse(topic) is None
