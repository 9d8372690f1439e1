// SPDX-License-Identifier: GPL-3.0-or-later

// JPEG 2000 by OpenJPEG. Everything is judged from the headers (ISO/IEC 15444-1, annex A and I)
// first: OpenJPEG makes room for every tile, code block and palette column that they claim.

#include "core/frames/decode/exiforientation.h"
#include "core/frames/decode/imagedecoder.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace birblens {

namespace {

/** What OpenJPEG keeps for each tile and each component of it, about. */
constexpr qint64 bytesPerTile = 8192;
constexpr qint64 bytesPerTileComponent = 2048;
/** And for each code block, precinct and packet; measured without data: 390, 160 and 2. */
constexpr qint64 bytesPerBlock = 640;
constexpr qint64 bytesPerPrecinct = 320;
constexpr qint64 bytesPerPacket = 2;
/** Beyond every limit, and far from what overflows. */
constexpr qint64 tooMuch = 1LL << 32;

/** What the boxes of a JP2 file say. */
struct Boxes
{
    qint64 codeStream = -1; ///< where it begins: at once, or in the box `jp2c`; -1: there is none
    int orientation = 1;
    int paletteColumns = 0;
};

/** `pclr` (I.5.3.4). OpenJPEG reads it outside of the header's box as well. */
void readPalette(QByteArrayView content, Boxes &boxes)
{
    if (content.size() >= 3)
        boxes.paletteColumns = std::max(boxes.paletteColumns, int(uchar(content[2])));
}

void readHeaderBox(QByteArrayView content, Boxes &boxes)
{
    for (qint64 at = 0; at + 8 <= content.size();) {
        const qint64 length = qFromBigEndian<quint32>(content.data() + at);
        if (length < 8 || length > content.size() - at)
            return;
        if (content.sliced(at + 4, 4) == "pclr")
            readPalette(content.sliced(at + 8, length - 8), boxes);
        at += length;
    }
}

Boxes boxesOf(const QByteArray &bytes)
{
    Boxes boxes;
    if (bytes.startsWith("\xFF\x4F\xFF\x51")) {
        boxes.codeStream = 0;
        return boxes;
    }
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    for (qint64 at = 0; at + 8 <= bytes.size();) {
        qint64 length = qFromBigEndian<quint32>(data + at);
        qint64 header = 8;
        if (length == 1 && at + 16 <= bytes.size()) {
            length = static_cast<qint64>(qFromBigEndian<quint64>(data + at + 8));
            header = 16;
        } else if (length == 0) {
            length = bytes.size() - at;
        }
        if (length < header)
            return boxes;
        if (std::memcmp(data + at + 4, "jp2c", 4) == 0) {
            boxes.codeStream = at + header;
            return boxes;
        }
        const QByteArrayView content = QByteArrayView(bytes).sliced(
            std::min<qint64>(at + header, bytes.size()),
            std::clamp<qint64>(length - header, 0,
                               std::max<qint64>(0, bytes.size() - at - header)));
        constexpr QByteArrayView exif("JpgTiffExif->JP2");
        if (std::memcmp(data + at + 4, "uuid", 4) == 0 && content.startsWith(exif))
            boxes.orientation = exifOrientation(content.sliced(exif.size()));
        if (std::memcmp(data + at + 4, "pclr", 4) == 0)
            readPalette(content, boxes);
        if (std::memcmp(data + at + 4, "jp2h", 4) == 0)
            readHeaderBox(content, boxes);
        if (length > bytes.size() - at)
            return boxes;
        at += length;
    }
    return boxes;
}

/** How a tile's components are cut up (A.6.1, A.6.2): the part that COD and COC share. */
struct Coding
{
    int levels = 0;
    int blockWidth = 2; ///< exponents of two
    int blockHeight = 2;
    QByteArrayView precincts; ///< one byte for each resolution; empty: as large as can be
};

/** @p text: from the number of levels on. */
Coding codingFrom(QByteArrayView text, bool precincts)
{
    Coding coding;
    if (text.size() < 3)
        return coding;
    coding.levels = std::min<int>(uchar(text[0]), 32);
    coding.blockWidth = (uchar(text[1]) & 15) + 2;
    coding.blockHeight = (uchar(text[2]) & 15) + 2;
    if (precincts)
        coding.precincts = text.sliced(std::min<qsizetype>(5, text.size()));
    return coding;
}

/** Cells of 2^@p exponent that a stretch may touch, wherever it begins. */
qint64 cells(qint64 length, int exponent)
{
    return length == 0 ? 0 : ((length - 1) >> exponent) + 2;
}

struct CodingCost
{
    qint64 bytes = 0;         ///< for one component of one tile
    qint64 mostPrecincts = 0; ///< of one resolution
};

CodingCost costOf(const Coding &coding, qint64 width, qint64 height)
{
    CodingCost cost;
    for (int resolution = 0; resolution <= coding.levels; ++resolution) {
        const auto shrunk = [&](qint64 side, int by) {
            return by > 40 ? 1 : (side + (1LL << by) - 1) >> by;
        };
        const int above = coding.levels - resolution;
        const uchar both =
            resolution < coding.precincts.size() ? uchar(coding.precincts[resolution]) : 0xFF;
        const int precinctWidth = both & 15;
        const int precinctHeight = both >> 4;
        const qint64 precincts = cells(shrunk(width, above), precinctWidth) *
                                 cells(shrunk(height, above), precinctHeight);
        const int half = resolution > 0 ? 1 : 0;
        const qint64 bands = resolution > 0 ? 3 : 1;
        const qint64 blocks = cells(shrunk(width, above + half),
                                    std::clamp(precinctWidth - half, 0, coding.blockWidth)) *
                              cells(shrunk(height, above + half),
                                    std::clamp(precinctHeight - half, 0, coding.blockHeight));
        cost.bytes += bands * (blocks * bytesPerBlock + precincts * bytesPerPrecinct);
        cost.mostPrecincts = std::max(cost.mostPrecincts, precincts);
        if (cost.bytes > tooMuch)
            return {tooMuch, tooMuch};
    }
    return cost;
}

/**
 * The most that the code blocks, precincts and packets of one tile take, after the segments of the
 * main header and of all the tiles' headers. @p stream begins behind SIZ.
 */
class CodingWalk
{
public:
    CodingWalk(QByteArrayView stream, qint64 components, qint64 width, qint64 height)
        : m_stream(stream)
        , m_components(components)
        , m_width(width)
        , m_height(height)
    {
        qsizetype at = header(0);
        while (at + 12 <= stream.size() && marker(at) == 0xFF90) {
            const qsizetype part = qFromBigEndian<quint32>(stream.data() + at + 6);
            const qsizetype data = header(at + 12);
            // Without a length it is the last one; a wrong one is not to hide what follows.
            at = part == 0 ? stream.size() : std::max(data, at + part);
            if (at < stream.size() && marker(at) != 0xFF90) {
                at = stream.indexOf(QByteArrayView("\xFF\x90\x00\x0A", 4), data);
                at = at < 0 ? stream.size() : at;
            }
        }
    }

    qint64 bytes() const
    {
        return m_components *
               (m_cost.bytes + m_cost.mostPrecincts * m_layers * (m_levels + 1) * bytesPerPacket);
    }

private:
    int marker(qsizetype at) const
    {
        return at + 2 <= m_stream.size() ? qFromBigEndian<quint16>(m_stream.data() + at) : 0;
    }

    /** The segments from @p at to the coded data or the first tile. @return where they end */
    qsizetype header(qsizetype at)
    {
        while (at + 4 <= m_stream.size()) {
            const int name = marker(at);
            if (name == 0xFF90 || name == 0xFFD9)
                return at;
            if (name == 0xFF93)
                return at + 2;
            if (!isSegment(name)) { // OpenJPEG looks for the next that it knows, two bytes on
                at += 2;
                continue;
            }
            const qsizetype length = qFromBigEndian<quint16>(m_stream.data() + at + 2);
            const QByteArrayView text = m_stream.sliced(
                at + 4, std::clamp<qsizetype>(length - 2, 0, m_stream.size() - at - 4));
            if (name == 0xFF52 && text.size() >= 10) {
                m_layers = std::max<qint64>(m_layers, qFromBigEndian<quint16>(text.data() + 2));
                note(codingFrom(text.sliced(5), (uchar(text[0]) & 1) != 0));
            }
            // The component's number has two bytes from 257 components on, which are refused.
            if (name == 0xFF53 && text.size() >= 7)
                note(codingFrom(text.sliced(2), (uchar(text[1]) & 1) != 0));
            at += 2 + std::max<qsizetype>(2, length);
        }
        return m_stream.size();
    }

    static bool isSegment(int name)
    {
        for (const int known :
             {0xFF50, 0xFF52, 0xFF53, 0xFF55, 0xFF57, 0xFF58, 0xFF59, 0xFF5C, 0xFF5D, 0xFF5E,
              0xFF5F, 0xFF60, 0xFF61, 0xFF63, 0xFF64, 0xFF74, 0xFF75, 0xFF77, 0xFF78}) {
            if (name == known)
                return true;
        }
        return false;
    }

    void note(const Coding &coding)
    {
        const CodingCost cost = costOf(coding, m_width, m_height);
        m_cost.bytes = std::max(m_cost.bytes, cost.bytes);
        m_cost.mostPrecincts = std::max(m_cost.mostPrecincts, cost.mostPrecincts);
        m_levels = std::max<qint64>(m_levels, coding.levels);
    }

    QByteArrayView m_stream;
    qint64 m_components;
    qint64 m_width;
    qint64 m_height;
    qint64 m_layers = 1;
    qint64 m_levels = 0;
    CodingCost m_cost;
};

struct Source
{
    const QByteArray *bytes;
    OPJ_OFF_T at = 0;
    QString damage;
};

OPJ_SIZE_T readBytes(void *to, OPJ_SIZE_T count, void *user)
{
    auto *source = static_cast<Source *>(user);
    const OPJ_OFF_T left = source->bytes->size() - source->at;
    if (left <= 0)
        return static_cast<OPJ_SIZE_T>(-1);
    const auto taken = std::min<OPJ_OFF_T>(left, static_cast<OPJ_OFF_T>(count));
    std::memcpy(to, source->bytes->constData() + source->at, static_cast<size_t>(taken));
    source->at += taken;
    return static_cast<OPJ_SIZE_T>(taken);
}

OPJ_OFF_T skip(OPJ_OFF_T count, void *user)
{
    auto *source = static_cast<Source *>(user);
    const OPJ_OFF_T to = std::clamp<OPJ_OFF_T>(source->at + count, 0, source->bytes->size());
    const OPJ_OFF_T skipped = to - source->at;
    source->at = to;
    return skipped == 0 && count != 0 ? -1 : skipped;
}

OPJ_BOOL seek(OPJ_OFF_T to, void *user)
{
    auto *source = static_cast<Source *>(user);
    if (to < 0 || to > source->bytes->size())
        return OPJ_FALSE;
    source->at = to;
    return OPJ_TRUE;
}

void onError(const char *text, void *user)
{
    auto *source = static_cast<Source *>(user);
    if (source->damage.isEmpty())
        source->damage = QString::fromLatin1(text).simplified();
}

void onMessage(const char *, void *) {}

/** One sample of a component at a place of the picture, 0 to 255. */
class Samples
{
public:
    Samples(const opj_image_t &image, OPJ_UINT32 component)
        : m_component(image.comps[component])
        , m_x0(image.x0)
        , m_y0(image.y0)
    {
    }

    bool isUsable() const
    {
        return m_component.data != nullptr && m_component.w > 0 && m_component.h > 0 &&
               m_component.prec >= 1 && m_component.prec <= 31 && m_component.dx > 0 &&
               m_component.dy > 0;
    }

    int at(OPJ_UINT32 x, OPJ_UINT32 y) const
    {
        const OPJ_UINT32 column =
            std::min((m_x0 + x) / m_component.dx - m_x0 / m_component.dx, m_component.w - 1);
        const OPJ_UINT32 row =
            std::min((m_y0 + y) / m_component.dy - m_y0 / m_component.dy, m_component.h - 1);
        qint64 value = m_component.data[static_cast<size_t>(row) * m_component.w + column];
        if (m_component.sgnd != 0)
            value += 1LL << (m_component.prec - 1);
        const qint64 most = (1LL << m_component.prec) - 1;
        value = std::clamp<qint64>(value, 0, most);
        return m_component.prec > 8 ? static_cast<int>(value >> (m_component.prec - 8))
                                    : static_cast<int>(value * 255 / most);
    }

private:
    const opj_image_comp_t &m_component;
    OPJ_UINT32 m_x0;
    OPJ_UINT32 m_y0;
};

QImage toImage(const opj_image_t &decoded, const QSize &size)
{
    const bool colour = decoded.numcomps >= 3 && decoded.color_space != OPJ_CLRSPC_GRAY;
    const Samples first(decoded, 0);
    const Samples second(decoded, colour ? 1 : 0);
    const Samples third(decoded, colour ? 2 : 0);
    QImage image = blankImage(size);
    if (!first.isUsable() || !second.isUsable() || !third.isUsable() || image.isNull())
        return {};
    const bool ycc = colour && (decoded.color_space == OPJ_CLRSPC_SYCC ||
                                decoded.comps[1].dx != decoded.comps[0].dx);
    const auto level = [](double value) {
        return static_cast<uchar>(std::clamp(static_cast<int>(value + 0.5), 0, 255));
    };
    for (int y = 0; y < size.height(); ++y) {
        uchar *to = image.scanLine(y);
        for (int x = 0; x < size.width(); ++x, to += 3) {
            const auto column = static_cast<OPJ_UINT32>(x);
            const auto row = static_cast<OPJ_UINT32>(y);
            const int a = first.at(column, row);
            const int b = second.at(column, row);
            const int c = third.at(column, row);
            // ITU-R BT.601 as JFIF has it
            to[0] = ycc ? level(a + 1.402 * (c - 128)) : static_cast<uchar>(a);
            to[1] = ycc ? level(a - 0.344136 * (b - 128) - 0.714136 * (c - 128))
                        : static_cast<uchar>(b);
            to[2] = ycc ? level(a + 1.772 * (b - 128)) : static_cast<uchar>(c);
        }
    }
    return image;
}

} // namespace

ImageHeader inspectJpeg2000(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Jpeg2000;
    const Boxes boxes = boxesOf(bytes);
    const qint64 start = boxes.codeStream;
    facts.orientation = boxes.orientation;
    if (start < 0 || start + 42 > bytes.size()) {
        facts.noEnd = true;
        return facts;
    }
    const auto *siz = reinterpret_cast<const uchar *>(bytes.constData()) + start;
    if (std::memcmp(siz, "\xFF\x4F\xFF\x51", 4) != 0)
        return facts;
    const auto number = [siz](int at) -> qint64 { return qFromBigEndian<quint32>(siz + at); };
    const qint64 right = number(8);
    const qint64 bottom = number(12);
    const qint64 left = number(16);
    const qint64 top = number(20);
    const qint64 tileWidth = number(24);
    const qint64 tileHeight = number(28);
    const qint64 components = qFromBigEndian<quint16>(siz + 40);
    const qint64 width = right - left;
    const qint64 height = bottom - top;
    if (width <= 0 || height <= 0 || tileWidth <= 0 || tileHeight <= 0 || components <= 0)
        return facts;
    facts.stored = QSize(static_cast<int>(std::min<qint64>(width, 0x7FFFFFFF)),
                         static_cast<int>(std::min<qint64>(height, 0x7FFFFFFF)));
    const qint64 tiles =
        ((right + tileWidth - 1) / tileWidth) * ((bottom + tileHeight - 1) / tileHeight);
    if (components > 4 || tiles > 65535) {
        facts.problem = QStringLiteral("This JPEG 2000 file has %1 components in %2 tiles, which "
                                       "is no photograph")
                            .arg(components)
                            .arg(tiles);
        return facts;
    }
    if (boxes.paletteColumns > 4) {
        facts.problem = QStringLiteral("This JPEG 2000 file has a palette of %1 columns, which is "
                                       "no photograph")
                            .arg(boxes.paletteColumns);
        return facts;
    }
    // Numbers of four bytes for the picture and, where there are several, for a tile; measured: 18
    // bytes a pixel in all.
    const qint64 pixels = std::min<qint64>(width, 1 << 20) * std::min<qint64>(height, 1 << 20);
    const qint64 tile = std::min(tileWidth, width) * std::min(tileHeight, height);
    facts.cost = pixels * (3 + 4 * components) +
                 std::min(tile, pixels) * (tiles > 1 ? 6 : 2) * components +
                 4 * pixels * boxes.paletteColumns +
                 tiles * (bytesPerTile + components * bytesPerTileComponent);
    const qint64 sizLength = qFromBigEndian<quint16>(siz + 4);
    const CodingWalk coding(
        QByteArrayView(bytes).sliced(std::min<qsizetype>(start + 4 + sizLength, bytes.size())),
        components, std::min<qint64>(std::min(tileWidth, width), 1 << 16),
        std::min<qint64>(std::min(tileHeight, height), 1 << 16));
    if (facts.cost <= maxDecodeBytes && coding.bytes() > maxDecodeBytes / 2)
        facts.problem = QStringLiteral("This JPEG 2000 file is cut into more pieces than those of "
                                       "any photograph");
    facts.cost += coding.bytes();
    return facts;
}

Decoded decodeJpeg2000(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    Source source{&bytes, 0, {}};
    const bool raw = bytes.startsWith("\xFF\x4F\xFF\x51");
    const std::unique_ptr<opj_stream_t, decltype(&opj_stream_destroy)> stream(
        opj_stream_create(1 << 20, OPJ_TRUE), &opj_stream_destroy);
    opj_stream_set_read_function(stream.get(), readBytes);
    opj_stream_set_skip_function(stream.get(), skip);
    opj_stream_set_seek_function(stream.get(), seek);
    opj_stream_set_user_data(stream.get(), &source, nullptr);
    opj_stream_set_user_data_length(stream.get(), static_cast<OPJ_UINT64>(bytes.size()));
    const std::unique_ptr<opj_codec_t, decltype(&opj_destroy_codec)> codec(
        opj_create_decompress(raw ? OPJ_CODEC_J2K : OPJ_CODEC_JP2), &opj_destroy_codec);
    opj_set_error_handler(codec.get(), onError, &source);
    opj_set_warning_handler(codec.get(), onMessage, nullptr);
    opj_set_info_handler(codec.get(), onMessage, nullptr);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t *image = nullptr;
    const bool done = opj_setup_decoder(codec.get(), &parameters) != OPJ_FALSE &&
                      opj_read_header(stream.get(), codec.get(), &image) != OPJ_FALSE &&
                      opj_decode(codec.get(), stream.get(), image) != OPJ_FALSE &&
                      opj_end_decompress(codec.get(), stream.get()) != OPJ_FALSE;
    if (done)
        decoded.image = toImage(*image, header.stored);
    opj_image_destroy(image);
    if (!done)
        decoded.damage = source.damage.isEmpty()
                             ? QStringLiteral("This JPEG 2000 file cannot be decoded")
                             : QStringLiteral("This JPEG 2000 file is damaged or cut off (%1)")
                                   .arg(source.damage);
    return decoded;
}

} // namespace birblens
