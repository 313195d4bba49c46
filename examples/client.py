"""A client of the service in Python, with its standard library only: python3 examples/client.py photo.jpg [http://127.0.0.1:8000]"""
import json
import sys
import urllib.error
import urllib.request

path, origin = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8000"
with open(path, "rb") as image:
    # The service looks at the bytes, so any image/* will do.
    request = urllib.request.Request(
        origin + "/v1/faces?minFaceSize=40", data=image.read(), headers={"Content-Type": "image/jpeg"}
    )
try:
    with urllib.request.urlopen(request, timeout=40) as response:
        for face in json.load(response)["faces"]:
            box = face["box"]
            print(f'{box["x"]:.0f} {box["y"]:.0f} {box["width"]:.0f} {box["height"]:.0f} {face["confidence"]:.3f}')
except urllib.error.HTTPError as error:
    problem = json.load(error)  # "code" is stable; try again later where it is OVERLOADED
    sys.exit(f'{problem["code"]}: {problem["detail"]}')
