"""The same shop as other platforms' back offices would export it: Kuaishou's rows, translated."""
