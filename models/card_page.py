"""The model card as a page for people, from the card that the code reads."""

from collections.abc import Iterable, Iterator
from typing import Any

from edge.card import Card
from edge.tables import LABELS


def page(card: Card) -> str:
    """Markdown."""
    return "\n".join(_lines(card)) + "\n"


def _lines(card: Card) -> Iterator[str]:
    scores, split = card.scores, card.training["split"]
    yield "# The beat classifier\n"
    yield "Made by `make train`; the same in JSON beside it, and checked against the model file at every start.\n"
    yield f"- Trained on {len(split['train'])} patients of the {split['of']}: {' '.join(split['train'])}"
    yield f"- Tested on {len(split['test'])} others: {' '.join(split['test'])}"
    yield f"- Seed {card.training['seed']}; SHA-256 of the model `{card.sha256}`"
    yield f"- SHA-256 of the training recordings `{card.training['sha256_of_training_records']}`"
    yield f"- Inputs: {', '.join(f'`{t.name}` {t.shape}, scale {t.scale:.5g}' for t in card.inputs)}\n"
    yield f"## Scores\n\n{scores['what']}. Se / +P / F1 in per cent.\n"
    rows = {name: scores[name] for name in scores if isinstance(scores[name], dict) and "classes" in scores[name]}
    yield from _table(["", *LABELS[:4], "macro F1 of N, S, V", "accuracy"], (_scored(*row) for row in rows.items()))
    yield "\nF1 over the seeds, mean ± standard deviation: "
    yield ", ".join(f"{k} {100 * v['mean']:.1f} ± {100 * v['sd']:.1f}" for k, v in scores["seeds"].items()) + ".\n"
    yield f"Expected calibration error of the answer's probability: {scores['calibration_error']:.3f}.\n"
    yield "## Confusion matrix (int8)\n"
    yield from _table(["reference \\ answer", *LABELS], _matrix(scores["int8"]["confusion"]))
    yield "\n## Beats of a pacemaker\n"
    yield "Records of neither half. A beat without a spike before it that stands out is what the net takes it for.\n"
    yield from _table(["record", "beats", "Q", "confident N"], _paced(scores["paced"]))
    yield "\n## By record (int8)\n"
    yield from _table(["record", "accuracy", "beats not right"], _records(scores["records"]))
    yield "\n## How often the test patients were looked at\n"
    yield from scores["openings_of_ds2"]
    yield "\nS is mostly one patient (232), F is one patient in each half (208, 213): promise nothing about F."


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _scored(name: str, table: dict[str, Any]) -> list[str]:
    cells = [" / ".join(f"{100 * value:.1f}" for value in each.values()) for each in table["classes"].values()]
    return [name.replace("_", " "), *cells, f"{100 * table['macro_f1_nsv']:.1f}", f"{100 * table['accuracy']:.2f}"]


def _matrix(confusion: list[list[int]]) -> Iterator[list[str]]:
    for label, row in zip(LABELS, confusion, strict=True):
        yield [label, *map(str, row)]


def _paced(records: dict[str, Any]) -> Iterator[list[str]]:
    for name, row in records.items():
        yield [name, *map(str, row.values())]


def _records(records: dict[str, Any]) -> Iterator[list[str]]:
    for name, row in records.items():
        wrong = [
            f"{LABELS[i]}→{LABELS[j]} {count}"
            for i, counts in enumerate(row["confusion"])
            for j, count in enumerate(counts)
            if i != j and count
        ]
        yield [name, f"{100 * row['accuracy']:.1f}", ", ".join(wrong) or "–"]
