#pragma once

#include <QByteArray>
#include <QSize>

namespace birblens {

/**
 * The largest picture, by area, that a HEIF or AVIF file holds in coded form, as its HEVC sequence
 * parameter sets (ITU-T H.265, 7.3.2.2) and AV1 sequence headers (AV1 specification, 5.5.1) say:
 * those make the decoder allocate, whatever the boxes claim. Empty when none is found.
 */
QSize largestCodedSize(const QByteArray &bytes);

} // namespace birblens
