// SPDX-License-Identifier: GPL-3.0-or-later

// PNG by libpng itself, whose messages OpenCV lets go to standard error. All that does not decide
// the colours is passed over unread: text, profiles and times may inflate to any size.

#include "core/frames/decode/exiforientation.h"
#include "core/frames/decode/imagedecoder.h"

#include <QtEndian>

#include <csetjmp>
#include <cstring>
#include <png.h>
#include <vector>

namespace birblens {

namespace {

struct Source
{
    const QByteArray *bytes;
    qsizetype at;
    bool ended;
    bool damaged;
    char text[128];
};

void readBytes(png_structp png, png_bytep to, png_size_t count)
{
    auto *source = static_cast<Source *>(png_get_io_ptr(png));
    if (static_cast<qsizetype>(count) > source->bytes->size() - source->at) {
        source->ended = true;
        png_error(png, "the file ends too early");
    }
    std::memcpy(to, source->bytes->constData() + source->at, count);
    source->at += static_cast<qsizetype>(count);
}

[[noreturn]] void onError(png_structp png, png_const_charp text)
{
    auto *source = static_cast<Source *>(png_get_error_ptr(png));
    if (!source->damaged)
        qstrncpy(source->text, text, sizeof source->text);
    source->damaged = true;
    png_longjmp(png, 1);
}

void onWarning(png_structp png, png_const_charp text)
{
    // "IDAT: incorrect data check" and the like are about pixels, all else is not.
    auto *source = static_cast<Source *>(png_get_error_ptr(png));
    if (std::strncmp(text, "IDAT", 4) != 0 || source->damaged)
        return;
    qstrncpy(source->text, text, sizeof source->text);
    source->damaged = true;
}

/** All that libpng may leave by longjmp. @return whether rows were decoded. */
bool run(png_structp png, png_infop info, QImage *image, png_bytep *rows, volatile bool *started)
{
    if (setjmp(png_jmpbuf(png)) != 0)
        return *started;
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF); // judged from the header already
    png_read_info(png, info);
    // The rows to write to were made from what inspectPng() read.
    if (png_get_image_width(png, info) != static_cast<png_uint_32>(image->width()) ||
        png_get_image_height(png, info) != static_cast<png_uint_32>(image->height()))
        png_error(png, "it has two sizes");
    const int type = png_get_color_type(png, info);
    if (png_get_bit_depth(png, info) == 16)
        png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if ((type & PNG_COLOR_MASK_COLOR) == 0) {
        if (png_get_bit_depth(png, info) < 8)
            png_set_expand_gray_1_2_4_to_8(png);
        png_set_gray_to_rgb(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) > static_cast<size_t>(image->bytesPerLine()))
        png_error(png, "the rows are longer than they say");
    *started = true;
    png_read_image(png, rows);
    png_read_end(png, nullptr);
    return true;
}

} // namespace

ImageHeader inspectPng(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Png;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qint64 size = bytes.size();
    qint64 at = 8;
    facts.noEnd = true;
    while (at + 12 <= size) {
        const qint64 length = qFromBigEndian<quint32>(data + at);
        const auto is = [&](const char *name) { return std::memcmp(data + at + 4, name, 4) == 0; };
        if (at == 8 && !is("IHDR"))
            break; // PNG, section 5.6: it comes first
        if (at == 8 && length == 13 && at + 16 <= size) {
            const quint32 width = qFromBigEndian<quint32>(data + at + 8);
            const quint32 height = qFromBigEndian<quint32>(data + at + 12);
            facts.stored = QSize(static_cast<int>(std::min(width, 0x7FFFFFFFU)),
                                 static_cast<int>(std::min(height, 0x7FFFFFFFU)));
        }
        if (is("eXIf") && at + 8 + length <= size)
            facts.orientation = exifOrientation(QByteArrayView(bytes).sliced(at + 8, length));
        if (is("IEND")) {
            facts.noEnd = false;
            break;
        }
        at += 12 + length;
    }
    facts.cost = 3 * qint64(facts.stored.width()) * facts.stored.height();
    return facts;
}

Decoded decodePng(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    decoded.image = blankImage(header.stored);
    if (decoded.image.isNull())
        return decoded;
    std::vector<png_bytep> rows;
    for (int y = 0; y < decoded.image.height(); ++y)
        rows.push_back(decoded.image.scanLine(y));
    Source source = {};
    source.bytes = &bytes;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, onError, onWarning);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    volatile bool started = false;
    bool some = false;
    if (info != nullptr) {
        png_set_read_fn(png, &source, readBytes);
        some = run(png, info, &decoded.image, rows.data(), &started);
    }
    png_destroy_read_struct(&png, &info, nullptr);
    if (!some)
        decoded.image = QImage();
    if (source.ended || header.noEnd)
        decoded.damage =
            QStringLiteral("The image is cut off after %1 KB").arg((bytes.size() + 1023) / 1024);
    else if (source.damaged)
        decoded.damage = QStringLiteral("The image is damaged inside (%1)")
                             .arg(QString::fromLatin1(source.text));
    return decoded;
}

} // namespace birblens
