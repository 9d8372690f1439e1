// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QString>

#include <memory>

namespace birblens {

/** Makes one animation: add() in the order they are seen, then finish() once. */
class FilmWriter
{
public:
    virtual ~FilmWriter() = default;

    /** @p picture has the size the writer was made for. */
    virtual Result<void> add(const QImage &picture) = 0;
    /** @return the whole file, checked: every picture is in it. */
    virtual Result<QByteArray> finish() = 0;
};

/** For pictures of even width and height, each shown for 1 / @p framesPerSecond (0.1 to 50). */
std::unique_ptr<FilmWriter> makeMp4Writer(const QSize &size, double framesPerSecond);
std::unique_ptr<FilmWriter> makeWebpWriter(const QSize &size, double framesPerSecond);
/** Its pictures are shown for whole hundredths of a second, at least two. */
std::unique_ptr<FilmWriter> makeGifWriter(const QSize &size, double framesPerSecond);

} // namespace birblens
