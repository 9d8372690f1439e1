// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/filmwriter.h"

#include <webp/encode.h>
#include <webp/mux.h>

#include <cmath>

namespace birblens {

namespace {

constexpr float quality = 80.0F;

class WebpWriter : public FilmWriter
{
public:
    WebpWriter(const QSize &size, double framesPerSecond)
        : m_milliseconds(1000.0 / framesPerSecond)
    {
        WebPAnimEncoderOptions options;
        WebPAnimEncoderOptionsInit(&options);
        options.anim_params.loop_count = 0; // for ever
        m_encoder.reset(WebPAnimEncoderNew(size.width(), size.height(), &options));
        WebPConfigInit(&m_config);
        m_config.quality = quality;
        m_config.thread_level = 1;
    }

    Result<void> add(const QImage &picture) override
    {
        const QImage image = picture.convertToFormat(QImage::Format_RGB32);
        WebPPicture frame;
        WebPPictureInit(&frame);
        frame.use_argb = 1;
        frame.width = image.width();
        frame.height = image.height();
        // RGB32 lies in memory as B, G, R and a byte without meaning.
        const bool added = m_encoder &&
                           WebPPictureImportBGRX(&frame, image.constBits(),
                                                 static_cast<int>(image.bytesPerLine())) &&
                           WebPAnimEncoderAdd(m_encoder.get(), &frame, timeOf(m_count), &m_config);
        WebPPictureFree(&frame);
        if (!added)
            return failure();
        ++m_count;
        return {};
    }

    Result<QByteArray> finish() override
    {
        WebPData data;
        WebPDataInit(&data);
        if (!m_encoder || !WebPAnimEncoderAdd(m_encoder.get(), nullptr, timeOf(m_count), nullptr) ||
            !WebPAnimEncoderAssemble(m_encoder.get(), &data))
            return failure();
        const QByteArray bytes(reinterpret_cast<const char *>(data.bytes),
                               static_cast<qsizetype>(data.size));
        WebPDataClear(&data);
        return bytes;
    }

private:
    struct Delete
    {
        void operator()(WebPAnimEncoder *encoder) const { WebPAnimEncoderDelete(encoder); }
    };

    int timeOf(int picture) const
    {
        return static_cast<int>(std::lround(picture * m_milliseconds));
    }
    Error failure() const
    {
        const char *why = m_encoder ? WebPAnimEncoderGetError(m_encoder.get()) : "no memory";
        return Error{
            QStringLiteral("The film cannot be encoded: %1").arg(QString::fromUtf8(why)), {}, {}};
    }

    double m_milliseconds;
    int m_count = 0;
    std::unique_ptr<WebPAnimEncoder, Delete> m_encoder;
    WebPConfig m_config;
};

} // namespace

std::unique_ptr<FilmWriter> makeWebpWriter(const QSize &size, double framesPerSecond)
{
    return std::make_unique<WebpWriter>(size, framesPerSecond);
}

} // namespace birblens
