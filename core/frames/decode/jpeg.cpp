// JPEG by libjpeg-turbo itself: its warnings are caught for each picture, where cv::imdecode lets
// them go to standard error without a name. Pixels are those of PIL and of cv::imread: the accurate
// integer transform, smooth chroma, Adobe's inverted CMYK.

#include "core/frames/decode/exiforientation.h"
#include "core/frames/decode/imagedecoder.h"

#include <QtEndian>

#include <array>
#include <csetjmp>
#include <cstdio> // jpeglib.h needs it
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

/** What is learnt while the segments are walked. */
struct Walk
{
    int components = 0;
    int scans = 0;
    bool progressive = false;
    std::array<bool, 256> scanned{}; ///< by component identifier
    int scannedCount = 0;
    qint64 blocksPerPixel1000 = 0; ///< samples of coefficients per 1000 pixels

    void startOfFrame(const uchar *segment, qsizetype length, uchar marker)
    {
        progressive = marker == 0xC2 || marker == 0xC6 || marker == 0xCA || marker == 0xCE;
        components = segment[9];
        int largestH = 1;
        int largestV = 1;
        qint64 area = 0;
        for (int i = 0; i < components && 10 + 3 * i + 2 < length + 2; ++i) {
            const uchar factors = segment[10 + 3 * i + 1];
            largestH = std::max(largestH, factors >> 4);
            largestV = std::max(largestV, factors & 15);
            area += qint64(factors >> 4) * (factors & 15);
        }
        blocksPerPixel1000 = 1000 * area / (largestH * largestV);
    }

    void startOfScan(const uchar *segment, qsizetype length)
    {
        ++scans;
        const int count = segment[4];
        for (int i = 0; i < count && 5 + 2 * i < length + 2; ++i) {
            bool &seen = scanned[segment[5 + 2 * i]];
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
    if (job.image->isNull())
        return Outcome::Nothing;
    if (cmyk)
        job.line = static_cast<uchar *>(std::malloc(static_cast<size_t>(info.output_width) * 4));
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
    facts.noEnd = true;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qsizetype size = bytes.size();
    qsizetype at = 2; // after the start marker
    bool scan = false;
    Walk walk;
    while (at + 1 < size) {
        if (scan) {
            // Entropy-coded data: every 0xFF that is no marker is followed by 0.
            const void *next = std::memchr(data + at, 0xFF, static_cast<size_t>(size - at - 1));
            if (next == nullptr)
                break;
            at = static_cast<const uchar *>(next) - data;
        } else if (data[at] != 0xFF) {
            ++at; // stray bytes between segments: decoders skip them as well
            continue;
        }
        const uchar marker = data[at + 1];
        if (marker == 0xD9) {
            facts.noEnd = false;
            break;
        }
        if (marker == 0xFF) { // fill byte
            ++at;
            continue;
        }
        if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
            at += 2;
            continue;
        }
        if (at + 3 >= size)
            break;
        const qsizetype length = qFromBigEndian<quint16>(data + at + 2);
        if (length < 2) { // nonsense: let the decoder judge, from here on as if entropy-coded
            at += 2;
            continue;
        }
        const bool complete = at + 2 + length <= size;
        if (isStartOfFrame(marker) && complete && length >= 8 && walk.components == 0) {
            facts.stored = QSize(qFromBigEndian<quint16>(data + at + 7),
                                 qFromBigEndian<quint16>(data + at + 5));
            walk.startOfFrame(data + at, length, marker);
        }
        if (marker == 0xDA && complete && length >= 3)
            walk.startOfScan(data + at, length);
        if (marker == 0xE1 && complete && !scan && length >= 16 &&
            std::memcmp(data + at + 4, "Exif\0\0", 6) == 0 && facts.orientation == 1)
            facts.orientation = exifOrientation(QByteArrayView(bytes).sliced(at + 10, length - 8));
        scan = marker == 0xDA || scan;
        at += 2 + length;
    }
    // A picture in several scans that lacks one of a component's would be decoded without colour.
    if (walk.scans > 0 && walk.scannedCount < walk.components)
        facts.noEnd = true;
    facts.layered = walk.progressive || walk.scans > 1;
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
        decoded.damage = header.noEnd ? cutOff
                                      : QStringLiteral("This JPEG cannot be decoded: %1")
                                            .arg(QString::fromLatin1(job.errors.text));
        return decoded;
    }
    const bool missing = header.noEnd || job.errors.endMissing;
    const bool scansMissing = outcome == Outcome::Whole && !job.allScans;
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
