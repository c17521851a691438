"""What may be done with a person: merging, parting, holding, erasing."""
