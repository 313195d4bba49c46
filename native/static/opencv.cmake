set(BUILD_LIST core,imgproc,imgcodecs,dnn,objdetect CACHE STRING "")
# What nothing refers to does not get into the addon, so much of that is not even compiled; what were left out too much would be missed
# when the core's tests are linked. Of objdetect the cascade classifier is needed, and nothing of the modules that its other parts need.
set(unused_core async batch_distance bindings_utils command_line_parser conjugate_gradient cuda_info cuda_host_mem directx
                downhill_simplex lpsolver samples)
set(unused_imgproc accum approx blend canny clahe colormap connectedcomponents contours contours_approx contours_common contours_link
                   contours_new convhull corner cornersubpix deriv distransform emd emd_new featureselect floodfill gabor generalized_hough
                   geometry grabcut hough intelligent_scissors linefit lsd matchcontours min_enclosing_triangle moments morph
                   phasecorr pyramids rotcalipers samplers segmentation spatialgradient stackblur subdivision2d)
set(unused_dnn darknet_importer darknet_io dnn_read model torch_importer)
set(unused_objdetect aruco_board aruco_detector aruco_dictionary aruco_utils apriltag_quad_thresh charuco_detector zmaxheap
                     barcode bardetect abs_decoder ean13_decoder ean8_decoder upcean_decoder hybrid_binarizer super_scale utils
                     detection_based_tracker face_detect face_recognize graphical_code_detector hog qrcode qrcode_encoder)
foreach(module core imgproc dnn objdetect)
  list(APPEND LEAVE_OUT_OF opencv_${module})
  list(JOIN unused_${module} "|" names)
  set(LEAVE_OUT_opencv_${module} "/(${names})(\\.[a-z0-9_]+)?\\.cpp$" CACHE STRING "") # with one file for each instruction set
endforeach()
foreach(module calib3d features2d flann)
  list(APPEND LEAVE_OUT_OF opencv_${module})
  set(LEAVE_OUT_opencv_${module} "." CACHE STRING "")
endforeach()
set(LEAVE_OUT_OF ${LEAVE_OUT_OF} CACHE STRING "")
set(CMAKE_PROJECT_OpenCV_INCLUDE "${CMAKE_CURRENT_LIST_DIR}/leave-out.cmake" CACHE STRING "")
foreach(extra TESTS PERF_TESTS EXAMPLES DOCS JAVA opencv_apps opencv_python2 opencv_python3 opencv_java opencv_js)
  set(BUILD_${extra} OFF CACHE BOOL "")
endforeach()
set(OPENCV_GENERATE_PKGCONFIG OFF CACHE BOOL "")
set(OPENCV_GENERATE_SETUPVARS OFF CACHE BOOL "")

# Newer instructions are chosen when it runs. CMake itself does not know the machine yet where this is read.
if("$ENV{TARGETARCH}" STREQUAL "amd64")
  set(CPU_BASELINE SSE4_2 CACHE STRING "")
  set(CPU_DISPATCH AVX2,AVX512_SKX CACHE STRING "")
else()
  set(CPU_BASELINE NEON CACHE STRING "")
endif()

# The formats that the detector takes, from the archives built before.
foreach(codec ZLIB JPEG PNG WEBP TIFF PROTOBUF)
  set(BUILD_${codec} OFF CACHE BOOL "")
endforeach()
foreach(codec JPEG PNG WEBP TIFF PROTOBUF)
  set(WITH_${codec} ON CACHE BOOL "")
endforeach()
set(PROTOBUF_UPDATE_FILES ON CACHE BOOL "")

foreach(feature 1394 ADE ARAVIS AVIF CAROTENE CLP CUDA EIGEN FFMPEG FLATBUFFERS FREETYPE GDAL GDCM GSTREAMER GTK HALIDE
                IMGCODEC_HDR IMGCODEC_PFM IMGCODEC_PXM IMGCODEC_SUNRASTER IPP ITT JASPER JPEGXL LAPACK OBSENSOR OPENCL
                OPENEXR OPENGL OPENJPEG OPENMP OPENVINO QT QUIRC TBB TIMVX V4L VA VA_INTEL VTK VULKAN WEBNN)
  set(WITH_${feature} OFF CACHE BOOL "")
endforeach()
set(BUILD_ITT OFF CACHE BOOL "")
