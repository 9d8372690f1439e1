// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/filmwriter.h"

#include <gif_lib.h>
#include <libimagequant.h>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr int speed = 4; ///< of libimagequant, 1 (best) to 10

int append(GifFileType *file, const GifByteType *bytes, int count)
{
    static_cast<QByteArray *>(file->UserData)->append(reinterpret_cast<const char *>(bytes), count);
    return count;
}

template <class T, void (*destroy)(T *)>
struct Destroy
{
    void operator()(T *object) const { destroy(object); }
};
using Attributes = std::unique_ptr<liq_attr, Destroy<liq_attr, liq_attr_destroy>>;
using Picture = std::unique_ptr<liq_image, Destroy<liq_image, liq_image_destroy>>;
using Palette = std::unique_ptr<liq_result, Destroy<liq_result, liq_result_destroy>>;

/** A palette per picture; what has not changed since the one before is transparent. */
class GifWriter : public FilmWriter
{
public:
    GifWriter(const QSize &size, double framesPerSecond)
        : m_size(size)
        , m_hundredths(std::max(2, static_cast<int>(std::lround(100.0 / framesPerSecond))))
        , m_attributes(liq_attr_create())
    {
        liq_set_speed(m_attributes.get(), speed);
        m_file = EGifOpen(&m_bytes, append, nullptr);
        if (!m_file)
            return;
        EGifSetGifVersion(m_file, true);
        const unsigned char forEver[] = {1, 0, 0};
        m_fine = EGifPutScreenDesc(m_file, size.width(), size.height(), 8, 0, nullptr) &&
                 EGifPutExtensionLeader(m_file, APPLICATION_EXT_FUNC_CODE) &&
                 EGifPutExtensionBlock(m_file, 11, "NETSCAPE2.0") &&
                 EGifPutExtensionBlock(m_file, sizeof forEver, forEver) &&
                 EGifPutExtensionTrailer(m_file);
    }
    ~GifWriter() override { close(); }

    Result<void> add(const QImage &picture) override
    {
        const QImage image = picture.convertToFormat(QImage::Format_RGBA8888);
        QByteArray indices(qsizetype(m_size.width()) * m_size.height(), '\0');
        const Palette palette = m_fine ? quantised(image, indices) : Palette();
        if (!palette)
            return failure();
        const liq_palette *colors = liq_get_palette(palette.get());
        const int transparent = transparentIn(*colors);
        m_fine = putPicture(*colors, transparent, indices);
        if (!m_fine)
            return failure();
        remember(*colors, transparent, indices);
        return {};
    }

    Result<QByteArray> finish() override
    {
        if (!close() || !m_fine)
            return failure();
        return m_bytes;
    }

private:
    /** Null when there is no memory. @p indices is filled. */
    Palette quantised(const QImage &image, QByteArray &indices)
    {
        const auto wrap = [this](const QImage &pixels) {
            return Picture(liq_image_create_rgba(m_attributes.get(), pixels.constBits(),
                                                 m_size.width(), m_size.height(), 0));
        };
        Picture source = wrap(image);
        liq_result *result = nullptr;
        if (!source)
            return {};
        if (!m_shown.isNull()) {
            liq_image_add_fixed_color(source.get(), liq_color{0, 0, 0, 0});
            Picture before = wrap(m_shown);
            if (before && liq_image_set_background(source.get(), before.get()) == LIQ_OK)
                before.release(); // the source owns it
        }
        if (liq_image_quantize(source.get(), m_attributes.get(), &result) != LIQ_OK)
            return {};
        Palette palette(result);
        liq_set_dithering_level(result, 0.8F);
        if (liq_write_remapped_image(result, source.get(), indices.data(),
                                     static_cast<size_t>(indices.size())) != LIQ_OK)
            return {};
        return palette;
    }

    static int transparentIn(const liq_palette &colors)
    {
        for (unsigned i = 0; i < colors.count; ++i) {
            if (colors.entries[i].a == 0)
                return static_cast<int>(i);
        }
        return NO_TRANSPARENT_COLOR;
    }

    bool putPicture(const liq_palette &colors, int transparent, QByteArray &indices)
    {
        GraphicsControlBlock control{DISPOSE_DO_NOT, false, m_hundredths, transparent};
        GifByteType bytes[4];
        EGifGCBToExtension(&control, bytes);
        ColorMapObject *map =
            GifMakeMapObject(1 << GifBitSize(static_cast<int>(colors.count)), nullptr);
        if (!map)
            return false;
        for (unsigned i = 0; i < colors.count; ++i)
            map->Colors[i] = {colors.entries[i].r, colors.entries[i].g, colors.entries[i].b};
        bool fine = EGifPutExtension(m_file, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes) &&
                    EGifPutImageDesc(m_file, 0, 0, m_size.width(), m_size.height(), false, map);
        GifFreeMapObject(map);
        for (int y = 0; fine && y < m_size.height(); ++y)
            fine = EGifPutLine(
                m_file, reinterpret_cast<GifPixelType *>(indices.data()) + y * m_size.width(),
                m_size.width());
        return fine;
    }

    /** What a viewer sees now. */
    void remember(const liq_palette &colors, int transparent, const QByteArray &indices)
    {
        if (m_shown.isNull())
            m_shown = QImage(m_size, QImage::Format_RGBA8888);
        for (int y = 0; y < m_size.height(); ++y) {
            uchar *pixel = m_shown.scanLine(y);
            for (int x = 0; x < m_size.width(); ++x, pixel += 4) {
                const auto index =
                    static_cast<uchar>(indices.at(qsizetype(y) * m_size.width() + x));
                if (index == transparent)
                    continue;
                const liq_color &color = colors.entries[index];
                pixel[0] = color.r;
                pixel[1] = color.g;
                pixel[2] = color.b;
                pixel[3] = 255;
            }
        }
    }

    bool close()
    {
        const bool fine = m_file && EGifCloseFile(m_file, nullptr);
        m_file = nullptr;
        return fine;
    }

    static Error failure()
    {
        return Error{QStringLiteral("The film cannot be encoded as GIF"), {}, {}};
    }

    QSize m_size;
    int m_hundredths;
    QByteArray m_bytes;
    Attributes m_attributes;
    GifFileType *m_file = nullptr; ///< writes to m_bytes
    bool m_fine = false;
    QImage m_shown;
};

} // namespace

std::unique_ptr<FilmWriter> makeGifWriter(const QSize &size, double framesPerSecond)
{
    return std::make_unique<GifWriter>(size, framesPerSecond);
}

} // namespace birblens
