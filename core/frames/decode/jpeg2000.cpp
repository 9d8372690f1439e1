// JPEG 2000 by OpenJPEG. Everything is judged from the SIZ segment (ISO/IEC 15444-1, A.5.1) first:
// OpenJPEG makes room for every tile that a header claims.

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

/** Where the code stream begins: at once, or in the box `jp2c`; -1 when there is none. */
qint64 codeStream(const QByteArray &bytes, int *orientation)
{
    if (bytes.startsWith("\xFF\x4F\xFF\x51"))
        return 0;
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
            return -1;
        if (std::memcmp(data + at + 4, "jp2c", 4) == 0)
            return at + header;
        const QByteArrayView content = QByteArrayView(bytes).sliced(
            std::min<qint64>(at + header, bytes.size()),
            std::clamp<qint64>(length - header, 0,
                               std::max<qint64>(0, bytes.size() - at - header)));
        constexpr QByteArrayView exif("JpgTiffExif->JP2");
        if (std::memcmp(data + at + 4, "uuid", 4) == 0 && content.startsWith(exif))
            *orientation = exifOrientation(content.sliced(exif.size()));
        if (length > bytes.size() - at)
            return -1;
        at += length;
    }
    return -1;
}

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
    const qint64 start = codeStream(bytes, &facts.orientation);
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
    // Numbers of four bytes for the picture and, where there are several, for a tile; measured: 18
    // bytes a pixel in all.
    const qint64 pixels = std::min<qint64>(width, 1 << 20) * std::min<qint64>(height, 1 << 20);
    const qint64 tile = std::min(tileWidth, width) * std::min(tileHeight, height);
    facts.cost = pixels * (3 + 4 * components) +
                 std::min(tile, pixels) * (tiles > 1 ? 6 : 2) * components +
                 tiles * (bytesPerTile + components * bytesPerTileComponent);
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
