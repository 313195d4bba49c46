# Deflate, LZW, PackBits and JPEG inside a TIFF; the rarer compressions bring a library each.
foreach(part tools tests contrib docs cxx lzma zstd webp jbig lerc libdeflate)
  set(${part} OFF CACHE BOOL "")
  set(tiff-${part} OFF CACHE BOOL "")
endforeach()
