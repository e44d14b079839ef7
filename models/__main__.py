"""All steps: recordings in, `models/artifacts/beats.{tflite,json,md}` out.

    make train          (or: python -m models)

Needs the extra `train` and `$PULSE_DATA` with `mitdb`, `svdb`, `cinc2017` and `nstdb`. Some six minutes on one core;
what `build/models` holds already is not made again, so an interrupted run goes on where it was. Delete the folder to
begin anew.
"""

from models.evaluate import evaluate
from models.prepare import prepare
from models.quantize import quantize
from models.recipes import RECIPES
from models.train import train

if __name__ == "__main__":
    prepare()
    for recipe in RECIPES:
        train(recipe)
        quantize(recipe)
        evaluate(recipe)
