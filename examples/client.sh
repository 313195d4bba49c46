#!/bin/sh
# A client of the service with curl: examples/client.sh photo.jpg [http://127.0.0.1:8000]
set -eu
photo=$1
origin=${2:-http://127.0.0.1:8000}

# As the replaced service: {"face_1":[y1,x1,y2,x2],...}. Tried again where the service is busy (503, with its Retry-After).
curl -sS --fail-with-body --retry 3 -F "image=@$photo" "$origin/face"

# With options, confidences and landmarks; -D - would show the time of each stage in Server-Timing.
curl -sS --fail-with-body -F "image=@$photo" "$origin/v1/faces?minFaceSize=40&sort=area"
echo
