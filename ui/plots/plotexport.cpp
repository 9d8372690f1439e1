// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/plotexport.h"

#include "core/filewriter.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QBuffer>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSvgGenerator>

namespace birblens {

namespace {

/** A line of text above the plot for as long as it lives. */
class Headline
{
public:
    Headline(QCustomPlot &plot, const QString &text)
        : m_plot(plot)
    {
        plot.plotLayout()->insertRow(0);
        QFont bold = plot.font();
        bold.setBold(true);
        auto *element = new QCPTextElement(&plot, text, bold);
        element->setTextColor(plot.palette().color(QPalette::WindowText));
        element->setMargins(QMargins(0, kUnit, 0, kUnit / 2));
        plot.plotLayout()->addElement(0, 0, element);
    }
    ~Headline()
    {
        m_plot.plotLayout()->removeAt(m_plot.plotLayout()->rowColToIndex(0, 0));
        m_plot.plotLayout()->simplify();
        m_plot.replot(QCustomPlot::rpQueuedReplot);
    }
    Headline(const Headline &) = delete;
    Headline &operator=(const Headline &) = delete;

private:
    QCustomPlot &m_plot;
};

void paint(QCustomPlot &plot, QPaintDevice &device, const QSize &size, double scale)
{
    QCPPainter painter;
    painter.begin(&device);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.scale(scale, scale);
    painter.fillRect(QRect(QPoint(), size), plot.palette().color(QPalette::Window));
    plot.toPainter(&painter, size.width(), size.height());
    painter.end();
}

QByteArray bytesOf(QCustomPlot &plot, const QSize &size, const QString &title,
                   const QString &suffix)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (suffix == QLatin1String("png")) {
        plot.toPixmap(size.width(), size.height(), 2.0).save(&buffer, "PNG");
    } else if (suffix == QLatin1String("svg")) {
        QSvgGenerator svg;
        svg.setOutputDevice(&buffer);
        svg.setSize(size);
        svg.setViewBox(QRect(QPoint(), size));
        svg.setTitle(title);
        paint(plot, svg, size, 1.0);
    } else if (suffix == QLatin1String("pdf")) {
        QPdfWriter pdf(&buffer);
        pdf.setTitle(title);
        pdf.setCreator(QStringLiteral("Birblens"));
        pdf.setResolution(288);
        pdf.setPageSize(QPageSize(QSizeF(size) * 0.75, QPageSize::Point)); // 96 pixels an inch
        pdf.setPageMargins({});
        paint(plot, pdf, size, 3.0);
    }
    return bytes;
}

} // namespace

Result<QString> exportPlot(QCustomPlot &plot, const QString &title, const QString &path)
{
    const QString suffix = QFileInfo(path).suffix().toLower();
    QByteArray bytes;
    {
        const Headline headline(plot, title);
        const QSize size = plot.size().expandedTo({60 * kUnit, 30 * kUnit});
        bytes = bytesOf(plot, size, title, suffix);
    }
    if (bytes.isEmpty())
        return Error{QStringLiteral("A plot is written as .png, .svg or .pdf"), path,
                     QStringLiteral("Choose a name with one of these endings")};
    if (const Result<void> written = writeWholeFile(path, bytes); !written)
        return written.error();
    return path;
}

} // namespace birblens
