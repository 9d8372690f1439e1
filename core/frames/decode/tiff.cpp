// SPDX-License-Identifier: GPL-3.0-or-later

// TIFF by libtiff itself: its messages belong to a file, and its buffers have a limit.

#include "core/frames/decode/imagedecoder.h"

#include <cstring>
#include <memory>
#include <tiffio.h>
#include <vector>

namespace birblens {

namespace {

/** A file in memory, and what libtiff says of it. */
struct Source
{
    const QByteArray *bytes;
    qint64 at = 0;
    QString damage;

    void note(const char *format, va_list values)
    {
        if (damage.isEmpty())
            damage = QString::vasprintf(format, values).simplified();
    }
};

tmsize_t readBytes(thandle_t handle, void *to, tmsize_t count)
{
    auto *source = static_cast<Source *>(handle);
    const qint64 left = std::max<qint64>(0, source->bytes->size() - source->at);
    const qint64 taken = std::min<qint64>(left, count);
    std::memcpy(to, source->bytes->constData() + source->at, static_cast<size_t>(taken));
    source->at += taken;
    return taken;
}

tmsize_t writeBytes(thandle_t, void *, tmsize_t)
{
    return 0;
}

toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    auto *source = static_cast<Source *>(handle);
    const qint64 base = whence == SEEK_SET   ? 0
                        : whence == SEEK_CUR ? source->at
                                             : source->bytes->size();
    const qint64 at = base + static_cast<qint64>(offset);
    if (at < 0)
        return static_cast<toff_t>(-1);
    // Past the end nothing is read, from wherever.
    source->at = std::min<qint64>(at, source->bytes->size());
    return static_cast<toff_t>(at);
}

int closeFile(thandle_t)
{
    return 0;
}

toff_t fileSize(thandle_t handle)
{
    return static_cast<toff_t>(static_cast<Source *>(handle)->bytes->size());
}

int onError(TIFF *, void *user, const char *, const char *format, va_list values)
{
    static_cast<Source *>(user)->note(format, values);
    return 1; // said: not to standard error
}

int onWarning(TIFF *, void *user, const char *, const char *format, va_list values)
{
    // Most warn of tags that nobody knows. Those of the JPEG inside are about pixels.
    va_list copy;
    va_copy(copy, values);
    const QString text = QString::vasprintf(format, copy);
    va_end(copy);
    if (text.contains(QLatin1String("Corrupt")) || text.contains(QLatin1String("Premature")))
        static_cast<Source *>(user)->note(format, values);
    return 1;
}

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Tiff openTiff(Source &source)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, maxDecodeBytes);
    TIFFOpenOptionsSetErrorHandlerExtR(options, onError, &source);
    TIFFOpenOptionsSetWarningHandlerExtR(options, onWarning, &source);
    // "m": not mapped
    Tiff tiff(TIFFClientOpenExt("", "rm", &source, readBytes, writeBytes, seek, closeFile, fileSize,
                                nullptr, nullptr, options),
              TIFFClose);
    TIFFOpenOptionsFree(options);
    // Some files begin with a small copy of the picture.
    for (int i = 0; tiff && i < 8; ++i) {
        uint32_t kind = 0;
        if (TIFFGetField(tiff.get(), TIFFTAG_SUBFILETYPE, &kind) == 0 ||
            (kind & FILETYPE_REDUCEDIMAGE) == 0)
            break;
        if (TIFFReadDirectory(tiff.get()) == 0) {
            TIFFSetDirectory(tiff.get(), 0);
            break;
        }
    }
    return tiff;
}

template <class T>
T field(TIFF *tiff, uint32_t tag, T otherwise)
{
    T value = otherwise;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
}

} // namespace

ImageHeader inspectTiff(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Tiff;
    Source source{&bytes, 0, {}};
    const Tiff tiff = openTiff(source);
    if (!tiff)
        return facts;
    TIFF *file = tiff.get();
    const auto width = field<uint32_t>(file, TIFFTAG_IMAGEWIDTH, 0);
    const auto height = field<uint32_t>(file, TIFFTAG_IMAGELENGTH, 0);
    facts.stored = QSize(static_cast<int>(std::min(width, 0x7FFFFFFFU)),
                         static_cast<int>(std::min(height, 0x7FFFFFFFU)));
    const auto orientation = field<uint16_t>(file, TIFFTAG_ORIENTATION, 1);
    facts.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    // Four bytes a pixel as libtiff hands it out, three as ours, and one strip or tile, which may
    // be all of it: coded and decoded, or one of every sample where they lie apart.
    const qint64 pixels = qint64(facts.stored.width()) * facts.stored.height();
    const bool tiled = TIFFIsTiled(file) != 0;
    const qint64 piece = static_cast<qint64>(
        std::min<uint64_t>(tiled ? TIFFTileSize64(file) : TIFFStripSize64(file), 1ULL << 40));
    const bool apart =
        field<uint16_t>(file, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
    const qint64 samples = field<uint16_t>(file, TIFFTAG_SAMPLESPERPIXEL, 1);
    facts.cost = 7 * pixels + (apart ? 1 + std::clamp<qint64>(samples, 1, 4) : 2) * piece;
    return facts;
}

Decoded decodeTiff(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    Source source{&bytes, 0, {}};
    const Tiff tiff = openTiff(source);
    const auto width = static_cast<uint32_t>(header.stored.width());
    const auto height = static_cast<uint32_t>(header.stored.height());
    std::vector<uint32_t> raster;
    bool done = false;
    if (tiff) {
        raster.resize(static_cast<size_t>(width) * height);
        // As it is stored: it is turned upright later.
        done = TIFFReadRGBAImageOriented(tiff.get(), width, height, raster.data(),
                                         header.orientation, 0) != 0;
    }
    if (done || !source.damage.isEmpty())
        decoded.image = raster.empty() ? QImage() : blankImage(header.stored);
    if (!decoded.image.isNull()) {
        const uint32_t *from = raster.data();
        for (int y = 0; y < decoded.image.height(); ++y) {
            uchar *to = decoded.image.scanLine(y);
            for (uint32_t x = 0; x < width; ++x, ++from, to += 3) {
                to[0] = static_cast<uchar>(TIFFGetR(*from));
                to[1] = static_cast<uchar>(TIFFGetG(*from));
                to[2] = static_cast<uchar>(TIFFGetB(*from));
            }
        }
    }
    if (!source.damage.isEmpty())
        decoded.damage = QStringLiteral("This TIFF file is damaged or of a kind that cannot be "
                                        "read (%1)")
                             .arg(source.damage);
    else if (!done)
        decoded.damage = QStringLiteral("This TIFF file cannot be decoded");
    return decoded;
}

} // namespace birblens
