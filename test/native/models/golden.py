"""Writes golden.txt: what the other models find on the photographs, by numpy and cv2, without the project's code.

Usage: /usr/bin/python3 golden.py SHARED CASCADE > golden.txt, with Debian's python3-opencv; SHARED holds `models` and
`images`, CASCADE is haarcascade_frontalface_default.xml of Debian's opencv-data.
"""
import os
import sys

import cv2
import numpy as np

MODELS, IMAGES = (os.path.join(sys.argv[1], name) for name in ("models", "images"))
SMALLEST_BOX = 20 * 2 / 3


def area(boxes):
    return (boxes[..., 2] - boxes[..., 0] + 1) * (boxes[..., 3] - boxes[..., 1] + 1)


def suppress(boxes, scores, points, threshold, divisor):
    # Equal scores in the order of the published code, which is numpy's default.
    order, kept = list(np.argsort(scores)[::-1]), []
    while order:
        first, rest = order[0], np.array(order[1:], int)
        kept.append(first)
        low, high = np.maximum(boxes[first, :2], boxes[rest, :2]), np.minimum(boxes[first, 2:], boxes[rest, 2:])
        both = np.prod(np.clip(high - low + 1, 0, None), axis=1)
        a, b = area(boxes[first]), area(boxes[rest])
        order = list(rest[both / divisor(a, b, both) <= threshold])
    return boxes[kept], scores[kept], points[kept]


def union(a, b, both):
    return a + b - both


def smaller(a, b, _both):
    return np.minimum(a, b)


def wanted(boxes, scores, points, threshold):
    sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    chosen = (scores > threshold) & (sides >= SMALLEST_BOX)
    return boxes[chosen], scores[chosen], points[chosen]


def no_points(boxes):
    return np.zeros((len(boxes), 0, 2))


def blob(picture, mean=(0, 0, 0), divisor=1):
    return ((picture.astype(np.float32) - np.float32(mean)) / np.float32(divisor)).transpose(2, 0, 1)[None]


def yunet_level(net, level, factor):
    height, width = level.shape[:2]
    padded = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.uint8)
    padded[:height, :width] = level
    net.setInput(blob(padded))
    found = []
    for stride in (8, 16, 32):
        names = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps")]
        cls, obj, box, kps = (output[0].astype(float) for output in net.forward(names))
        place = np.stack(np.divmod(np.arange(len(cls)), padded.shape[1] // stride)[::-1], 1)
        scores = np.sqrt(cls.clip(0, 1) * obj.clip(0, 1))[:, 0]
        centre, half = (place + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride / 2
        points = (place[:, None] + kps.reshape(-1, 5, 2)) * stride
        found.append((np.hstack([centre - half, centre + half]) * np.tile(factor, 2), scores, points * factor))
    candidates = wanted(*(np.concatenate(part) for part in zip(*found)), 0.7)
    return suppress(*candidates, 0.3, union)


def yunet(net, image):
    height, width = image.shape[:2]
    scale, found = min(1, 8192 / max(height, width)), []
    while True:
        size = (width, height) if scale == 1 else tuple(max(1, int(side * scale + 0.5)) for side in (width, height))
        level = image if scale == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        found.append(yunet_level(net, level, np.array([width, height]) / size))
        if min(size) <= 300:
            return suppress(*(np.concatenate(part) for part in zip(*found)), 0.7, smaller)
        scale *= 0.25


def ultralight(net, image, size):
    height, width = image.shape[:2]
    resized = cv2.cvtColor(cv2.resize(image, size), cv2.COLOR_BGR2RGB)
    net.setInput(blob(resized, [127] * 3, 128))
    boxes, scores = (output[0].astype(float) for output in net.forward(["boxes", "scores"]))
    boxes *= [width, height, width, height]
    return suppress(*wanted(boxes, scores[:, 1], no_points(boxes), 0.7), 0.3, union)


def ssd(net, image):
    height, width = image.shape[:2]
    net.setInput(blob(cv2.resize(image, (300, 300)), (104, 177, 123)))
    answers = net.forward()[0, 0].astype(float)
    boxes = answers[:, 3:] * [width, height, width, height]
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = ((centres >= 0) & (centres < [width, height])).all(axis=1)
    return wanted(boxes[inside], answers[inside, 2], no_points(boxes[inside]), 0.5)


def retinaface(net, image):
    height, width = image.shape[:2]
    scale = 640 / max(height, width)
    size = tuple(max(1, int(side * scale + 0.5)) for side in (width, height))
    mean = (104, 117, 123)
    canvas = np.full((640, 640, 3), mean, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(image, size)
    net.setInput(blob(canvas, mean))
    conf, loc, landms = (output[0].astype(float) for output in net.forward(["conf", "loc", "landms"]))
    priors = []
    for step, sides in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        y, x, side = np.meshgrid(np.arange(640 // step), np.arange(640 // step), sides, indexing="ij")
        priors.append(np.stack([(x + 0.5) * step, (y + 0.5) * step, side], -1).reshape(-1, 3))
    centre, side = np.split(np.concatenate(priors), [2], axis=1)
    middle, half = centre + loc[:, :2] * 0.1 * side, side * np.exp(loc[:, 2:] * 0.2) / 2
    points = centre[:, None] + landms.reshape(-1, 5, 2) * 0.1 * side[:, None]
    factor = np.array([width, height]) / size
    boxes = np.hstack([middle - half, middle + half]) * np.tile(factor, 2)
    return suppress(*wanted(boxes, conf[:, 1], points * factor, 0.6), 0.4, union)


def haar(cascade, image):
    gray = cv2.equalizeHist(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    found, _, weights = cascade.detectMultiScale3(gray, 1.1, 5, minSize=(20, 20), outputRejectLevels=True)
    boxes, weights = np.array(found, float).reshape(-1, 4), np.array(weights, float).clip(0).ravel()
    boxes[:, 2:] += boxes[:, :2]
    order = np.lexsort((*boxes.T, -weights))  # OpenCV's threads leave none
    return boxes[order], (weights / (weights + 1))[order], no_points(boxes)


def onnx(*names):
    return cv2.dnn.readNetFromONNX(os.path.join(MODELS, *names))


def main():
    graph, description = (os.path.join(MODELS, "ssd", f"opencv_face_detector{end}") for end in ("_uint8.pb", ".pbtxt"))
    searches = {
        "yunet": (yunet, onnx("yunet", "yunet_n_640_640.onnx")),
        "ultralight-rfb-320": (ultralight, onnx("ultralight", "version-RFB-320.onnx"), (320, 240)),
        "ultralight-rfb-640": (ultralight, onnx("ultralight", "version-RFB-640.onnx"), (640, 480)),
        "ultralight-slim-320": (ultralight, onnx("ultralight", "version-slim-320.onnx"), (320, 240)),
        "ssd": (ssd, cv2.dnn.readNetFromTensorflow(graph, description)),
        "retinaface": (retinaface, onnx("retinaface", "retinaface_mnet025_640.onnx")),
        "haar": (haar, cv2.CascadeClassifier(sys.argv[2])),
    }
    print(f"# By golden.py on OpenCV {cv2.__version__}: model, picture, then x1 y1 x2 y2 confidence and the points, if any.")
    for model, (search, net, *rest) in searches.items():
        for name in sorted(os.listdir(IMAGES)):
            found = list(zip(*search(net, cv2.imread(os.path.join(IMAGES, name)), *rest)))
            print(model, name, len(found))
            for box, score, points in found:
                print(*(f"{number:.2f}" for number in box), f"{score:.4f}", *(f"{p:.2f}" for p in points.ravel()))


main()
