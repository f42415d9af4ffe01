"""What a picture is: items, layers, logbook, markings, geometry, time and changes.

Pure: no disk, no network, no wall clock, no Qt. Coordinates are lon, lat in WGS84
degrees; instants are integer microseconds since the Unix epoch, UTC.
"""
