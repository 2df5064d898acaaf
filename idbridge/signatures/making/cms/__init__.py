"""Makes and augments CMS signatures: CAdES baseline B to LTA (EN 319 122-1), plain CMS, GB/T 35275.

`signing` makes signatures and adds further ones, `augmenting` takes them from B to LTA, `gbt35275` writes China's dialect;
`envelope` takes existing messages apart so that what is signed keeps its bytes.
"""
