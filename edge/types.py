"""Names for the array types that the signal path passes about."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

F32: TypeAlias = NDArray[np.float32]
F64: TypeAlias = NDArray[np.float64]
I64: TypeAlias = NDArray[np.int64]
U8: TypeAlias = NDArray[np.uint8]
Bool: TypeAlias = NDArray[np.bool_]
RowIndex: TypeAlias = NDArray[np.intp]
"""Which streams of a bank: the rows of its arrays, each at most once."""
Table: TypeAlias = NDArray[Any]
"""A structured array, of one of the dtypes in `edge.tables`."""
