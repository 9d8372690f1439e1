// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/welcomeview.h"

#include "ui/icons.h"
#include "ui/theme.h"

#include <QDir>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace birblens {

WelcomeView::WelcomeView(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel(tr("Open a day of captured frames"), this))
    , m_text(
          new QLabel(tr("A folder of images, or a Birb Cam data folder with its database. Drop it "
                        "here or choose it; the frames themselves are never changed."),
                     this))
    , m_model(new QLabel(this))
    , m_recent(new QWidget(this))
    , m_recentLines(new QVBoxLayout(m_recent))
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.6);
    m_title->setFont(large);
    m_text->setWordWrap(true);
    m_text->setFixedWidth(56 * kUnit);
    m_text->setAlignment(Qt::AlignHCenter);
    m_model->setAlignment(Qt::AlignHCenter);
    m_recentLines->setContentsMargins(0, 0, 0, 0);
    m_recentLines->setSpacing(0);

    auto *open = new QPushButton(icon(QStringLiteral("open-day")), tr("Open a day..."), this);
    open->setToolTip(tr("Choose the folder of a day (Ctrl+O)"));
    connect(open, &QPushButton::clicked, this, &WelcomeView::openDayRequested);
    auto *model = new QPushButton(icon(QStringLiteral("open-model")), tr("Open a model..."), this);
    model->setToolTip(tr("Choose the classifier's TorchScript file (Ctrl+M)"));
    connect(model, &QPushButton::clicked, this, &WelcomeView::openModelRequested);
    auto *demo = new QPushButton(icon(QStringLiteral("demo")), tr("Demo day"), this);
    demo->setToolTip(tr("Try everything on a rendered day with a small model of its own"));
    connect(demo, &QPushButton::clicked, this, &WelcomeView::demoRequested);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kUnit);
    buttons->addStretch();
    for (QPushButton *button : {open, model, demo}) {
        button->setMinimumHeight(4 * kUnit);
        buttons->addWidget(button);
    }
    buttons->addStretch();

    auto *column = new QVBoxLayout(this);
    column->setSpacing(2 * kUnit);
    column->addStretch(2);
    column->addWidget(m_title, 0, Qt::AlignHCenter);
    column->addWidget(m_text, 0, Qt::AlignHCenter);
    column->addLayout(buttons);
    column->addWidget(m_model);
    column->addWidget(m_recent, 0, Qt::AlignHCenter);
    column->addStretch(3);
    recolour();
}

void WelcomeView::setRecentDays(const QStringList &paths)
{
    qDeleteAll(m_recent->findChildren<QLabel *>());
    m_recent->setVisible(!paths.isEmpty());
    if (paths.isEmpty())
        return;
    m_recentLines->addWidget(new QLabel(tr("Last days"), m_recent));
    for (const QString &path : paths.mid(0, 5)) {
        auto *line = new QLabel(
            QStringLiteral("<a href=\"%1\">%2</a>")
                .arg(path.toHtmlEscaped(), QDir::toNativeSeparators(path).toHtmlEscaped()),
            m_recent);
        line->setTextFormat(Qt::RichText);
        line->setToolTip(tr("Open this day again"));
        line->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
        connect(line, &QLabel::linkActivated, this, &WelcomeView::recentDayRequested);
        m_recentLines->addWidget(line);
    }
    recolour();
}

void WelcomeView::setModelName(const QString &name)
{
    m_model->setText(name.isEmpty() ? QString() : tr("Model: %1").arg(name));
    m_model->setVisible(!name.isEmpty());
}

void WelcomeView::recolour()
{
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, themeColors().onSurround);
    for (QLabel *label : findChildren<QLabel *>())
        label->setPalette(colors);
}

void WelcomeView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        recolour();
}

void WelcomeView::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(rect(), themeColors().surround);
}

} // namespace birblens
