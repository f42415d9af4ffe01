"""Ways for parcels to travel. None of them is trusted: what counts is in the parcel."""
