// SPDX-License-Identifier: GPL-3.0-or-later

// JPEG by libjpeg-turbo itself: its warnings are caught for each picture, where cv::imdecode lets
// them go to standard error without a name. Pixels are those of PIL and of cv::imread: the accurate
// integer transform, smooth chroma, Adobe's inverted CMYK.

#include "core/frames/decode/exiforientation.h"
#include "core/frames/decode/imagedecoder.h"
#include "core/frames/decode/jpegsegments.h"

#include <QtEndian>

#include <array>
#include <csetjmp>
#include <cstdio> // jpeglib.h needs it
#include <cstdlib>
#include <cstring>
#include <jerror.h>
#include <jpeglib.h>

namespace birblens {

namespace {

constexpr int mostScans = 500; ///< real files have some 10; more is made to take time

bool isStartOfFrame(uchar marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/** What the segments of a file tell before it is decoded. */
struct Walk
{
    QSize size;
    int orientation = 1;
    int components = 0;
    int scans = 0;
    int inFirstScan = 0; ///< components
    bool progressive = false;
    bool ended = false;              ///< the end marker is there
    std::array<bool, 256> scanned{}; ///< by component identifier
    int scannedCount = 0;
    qint64 blocksPerPixel1000 = 0; ///< samples of coefficients per 1000 pixels

    explicit Walk(QByteArrayView file)
    {
        ended = forEachJpegSegment(
            file, [&](const JpegSegment &segment) { take(segment, segment.parameters(file)); });
    }

    /** libjpeg decodes such a file from the coefficients of all its scans. */
    bool isLayered() const
    {
        return progressive || scans > 1 || (scans > 0 && inFirstScan < components);
    }
    /** Some component is in no scan: it would be decoded as grey. */
    bool lacksScan() const { return scans > 0 && scannedCount < components; }

private:
    void take(const JpegSegment &segment, QByteArrayView content)
    {
        constexpr QByteArrayView exif("Exif\0\0", 6);
        if (isStartOfFrame(segment.marker) && content.size() >= 6 && components == 0)
            startOfFrame(segment.marker, content);
        else if (segment.marker == 0xDA && !content.isEmpty())
            startOfScan(content);
        else if (segment.marker == 0xE1 && content.startsWith(exif) && scans == 0 &&
                 orientation == 1)
            orientation = exifOrientation(content.sliced(exif.size()));
    }

    void startOfFrame(uchar marker, QByteArrayView content)
    {
        const auto *data = reinterpret_cast<const uchar *>(content.data());
        progressive = marker == 0xC2 || marker == 0xC6 || marker == 0xCA || marker == 0xCE;
        size = QSize(qFromBigEndian<quint16>(data + 3), qFromBigEndian<quint16>(data + 1));
        components = data[5];
        int largestH = 1;
        int largestV = 1;
        qint64 area = 0;
        for (int i = 0; i < components && 6 + 3 * i + 1 < content.size(); ++i) {
            const uchar factors = data[6 + 3 * i + 1];
            largestH = std::max(largestH, factors >> 4);
            largestV = std::max(largestV, factors & 15);
            area += qint64(factors >> 4) * (factors & 15);
        }
        blocksPerPixel1000 = 1000 * area / (largestH * largestV);
    }

    void startOfScan(QByteArrayView content)
    {
        const auto *data = reinterpret_cast<const uchar *>(content.data());
        const int count = data[0];
        if (++scans == 1)
            inFirstScan = count;
        for (int i = 0; i < count && 1 + 2 * i < content.size(); ++i) {
            bool &seen = scanned[data[1 + 2 * i]];
            scannedCount += seen ? 0 : 1;
            seen = true;
        }
    }
};

struct Errors
{
    jpeg_error_mgr base; ///< first: libjpeg hands out a pointer to it
    std::jmp_buf fatal;
    bool endMissing;            ///< the data ended where a marker was due
    bool damaged;               ///< some warning means that pixels are wrong
    char text[JMSG_LENGTH_MAX]; ///< of the first such warning, or of what stopped it
};

/** The least padding that cheap cameras leave before the end marker. */
constexpr int harmlessBytes = 16;

void onWarning(j_common_ptr info, int level)
{
    if (level >= 0)
        return; // a trace message
    auto *errors = reinterpret_cast<Errors *>(info->err);
    ++errors->base.num_warnings;
    const int code = errors->base.msg_code;
    if (code == JWRN_JPEG_EOF) {
        errors->endMissing = true;
        return;
    }
    if (code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR || code == JWRN_TOO_MUCH_DATA)
        return;
    const auto &parameters = errors->base.msg_parm.i;
    if (code == JWRN_EXTRANEOUS_DATA && parameters[0] <= harmlessBytes && parameters[1] == 0xD9)
        return;
    if (!errors->damaged)
        errors->base.format_message(info, errors->text);
    errors->damaged = true;
}

[[noreturn]] void onError(j_common_ptr info)
{
    auto *errors = reinterpret_cast<Errors *>(info->err);
    errors->base.format_message(info, errors->text);
    std::longjmp(errors->fatal, 1);
}

void noOutput(j_common_ptr) {}

enum class Outcome { Whole, Partly, Nothing };

/** Progressive: every coefficient of every component in full precision. */
bool hasAllScans(const jpeg_decompress_struct &info)
{
    if (info.coef_bits == nullptr)
        return true;
    for (int component = 0; component < info.num_components; ++component) {
        for (int i = 0; i < DCTSIZE2; ++i) {
            if (info.coef_bits[component][i] != 0)
                return false;
        }
    }
    return true;
}

/** As OpenCV turns Adobe's inverted CMYK into colours. */
void cmykToRgb(const uchar *from, uchar *to, int count)
{
    for (int i = 0; i < count; ++i, from += 4, to += 3) {
        const int k = from[3];
        to[0] = static_cast<uchar>(k - ((255 - from[0]) * k >> 8));
        to[1] = static_cast<uchar>(k - ((255 - from[1]) * k >> 8));
        to[2] = static_cast<uchar>(k - ((255 - from[2]) * k >> 8));
    }
}

/**
 * All that libjpeg may leave by longjmp: nothing with a destructor is made here. @p image is made
 * by the caller through @p make when the size is known.
 */
struct Job
{
    jpeg_decompress_struct info;
    Errors errors;
    const QByteArray *bytes;
    int reduction;
    QImage *image;
    uchar *line; ///< of CMYK
    bool started;
    bool allScans;
    bool noMemory;
};

Outcome run(Job &job)
{
    jpeg_decompress_struct &info = job.info;
    if (setjmp(job.errors.fatal) != 0)
        return job.started && info.output_scanline > 0 ? Outcome::Partly : Outcome::Nothing;
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, reinterpret_cast<const uchar *>(job.bytes->constData()),
                 static_cast<unsigned long>(job.bytes->size()));
    jpeg_read_header(&info, TRUE);
    const bool cmyk = info.num_components == 4;
    info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info.dct_method = JDCT_ISLOW;
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(job.reduction);
    jpeg_start_decompress(&info);
    *job.image = blankImage(
        QSize(static_cast<int>(info.output_width), static_cast<int>(info.output_height)));
    if (cmyk)
        job.line = static_cast<uchar *>(std::malloc(static_cast<size_t>(info.output_width) * 4));
    job.noMemory = job.image->isNull() || (cmyk && job.line == nullptr);
    if (job.noMemory)
        return Outcome::Nothing;
    job.started = true;
    uchar *const pixels = job.image->bits();
    const auto stride = static_cast<size_t>(job.image->bytesPerLine());
    while (info.output_scanline < info.output_height) {
        uchar *row = pixels + stride * info.output_scanline;
        if (cmyk) {
            jpeg_read_scanlines(&info, &job.line, 1);
            cmykToRgb(job.line, row, static_cast<int>(info.output_width));
        } else {
            jpeg_read_scanlines(&info, &row, 1);
        }
    }
    job.allScans = hasAllScans(info);
    jpeg_finish_decompress(&info);
    return Outcome::Whole;
}

} // namespace

ImageHeader inspectJpeg(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Jpeg;
    const Walk walk(bytes);
    facts.stored = walk.size;
    facts.orientation = walk.orientation;
    facts.noEnd = !walk.ended || walk.lacksScan();
    facts.layered = walk.isLayered();
    const qint64 pixels = qint64(facts.stored.width()) * facts.stored.height();
    facts.cost = 3 * pixels;
    if (facts.layered)
        facts.cost += 2 * pixels * walk.blocksPerPixel1000 / 1000;
    if (walk.scans > mostScans)
        facts.problem =
            QStringLiteral("The image has %1 scans, which no camera writes").arg(walk.scans);
    return facts;
}

Decoded decodeJpeg(const QByteArray &bytes, const ImageHeader &header, int reduction)
{
    Decoded decoded;
    Job job = {};
    job.info.err = jpeg_std_error(&job.errors.base);
    job.errors.base.error_exit = onError;
    job.errors.base.emit_message = onWarning;
    job.errors.base.output_message = noOutput;
    job.bytes = &bytes;
    job.reduction = reduction;
    job.image = &decoded.image;
    const Outcome outcome = run(job);
    jpeg_destroy_decompress(&job.info);
    std::free(job.line);

    const QString cutOff =
        QStringLiteral("The image is cut off after %1 KB").arg((bytes.size() + 1023) / 1024);
    if (outcome == Outcome::Nothing) {
        decoded.image = QImage();
        decoded.damage = job.noMemory ? QStringLiteral("There is not enough memory for this image")
                         : header.noEnd ? cutOff
                                        : QStringLiteral("This JPEG cannot be decoded: %1")
                                              .arg(QString::fromLatin1(job.errors.text));
        return decoded;
    }
    const bool missing = header.noEnd || job.errors.endMissing;
    // Without a progressive file's later scans the picture is coarse, and without a component's
    // only scan it is grey.
    const bool scansMissing =
        outcome == Outcome::Whole &&
        (!job.allScans || (header.noEnd && header.layered && Walk(bytes).lacksScan()));
    if (outcome == Outcome::Partly || job.errors.damaged || scansMissing) {
        decoded.damage = missing || scansMissing
                             ? cutOff
                             : QStringLiteral("The image is damaged inside (%1)")
                                   .arg(QString::fromLatin1(job.errors.text));
    } else if (missing) {
        decoded.remark = QStringLiteral("The file lacks its end marker, the picture is whole");
    }
    return decoded;
}

} // namespace birblens
