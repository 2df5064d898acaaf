"""The report as ETSI TS 119 102-2 V1.4.1 has it: an XML document made of the one report model. Values in, bytes out."""
