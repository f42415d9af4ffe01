"""Interchange formats: bytes to domain and back, one module a format.

Pure: readers take bytes and give items and problems; they never touch disk or network.
"""
