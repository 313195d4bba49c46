# In place of vcpkg's own triplet of this name, without its debug builds. cmake-js links the runtime statically as well.
set(VCPKG_TARGET_ARCHITECTURE x64)
set(VCPKG_CRT_LINKAGE static)
set(VCPKG_LIBRARY_LINKAGE static)
set(VCPKG_BUILD_TYPE release)
