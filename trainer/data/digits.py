"""Writes digits.bin.gz: python digits.py, with scikit-learn 1.9.0."""

import gzip

from sklearn.datasets import load_digits

digits = load_digits()
with open("digits.bin.gz", "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as f:
    for label, image in zip(digits.target, digits.images):
        f.write(bytes([label]) + image.astype("uint8").tobytes())
