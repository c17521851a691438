"""The domain: activities, entities, kinds, queries. Knows no framework, no driver and no vendor."""
